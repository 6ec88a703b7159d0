# Completion of dream for bash: installed as a file, or `eval "$(dream completion bash)"`.
#
# bash puts a candidate, as it is, in place of what stands behind the last open quote, or else behind the last break character
# (COMP_WORDBREAKS). So a candidate loses what stays (`kept`), and the rest is written for the quote that it comes into: names come
# from files of a repository, and none may end its quote or be run by the shell.
_dream() {
  local line=${COMP_LINE:0:COMP_POINT} words=("") quote="" raw="" kept="" escaped="" answer candidate kind char at
  local backslash=\\ bang="\"'!'\""
  for ((at = 0; at < ${#line}; at++)); do
    char=${line:at:1}
    if [[ -n $escaped ]]; then
      [[ $quote != \" || $char == [\\\$\`\"] ]] || words[-1]+=$backslash
      words[-1]+=$char escaped="" raw+=$char
    elif [[ $char == "$backslash" && $quote != \' ]]; then
      escaped=yes
    elif [[ -n $quote && $char == "${quote: -1}" ]]; then
      quote="" kept=${words[-1]}
    elif [[ -z $quote && $char == [\"\'] ]]; then
      quote=$char raw=""
      if [[ ${line:at-1:1} == \$ && $at -gt 0 && ${words[-1]} == *\$ ]]; then
        words[-1]=${words[-1]%\$}
        [[ $char == \" ]] || quote=\$\'
      fi
      kept=${words[-1]}
    elif [[ -z $quote && $char == [[:blank:]] ]]; then
      [[ -z ${words[-1]} ]] || words+=("")
      kept=""
    else
      words[-1]+=$char
      [[ -n $quote || $COMP_WORDBREAKS != *"$char"* ]] || kept=${words[-1]}
    fi
  done
  COMPREPLY=()
  # bash takes the \' for the end of this quote: what it would put something in place of isn't known.
  [[ $quote != \$\' || $raw != *\'* ]] || return
  # A file is not run because somebody typed its name.
  [[ ${words[0]} != */* ]] || words[0]=dream
  answer=$(command "${words[0]}" completion -- "${words[@]:1}" 2> /dev/null)
  case $answer in
  "") return ;;
  :folders | :files)
    compopt -o filenames 2> /dev/null
    [[ $answer == :folders ]] && kind=-d || kind=-f
    answer=$(compgen "$kind" -- "${words[-1]#--*=}") && mapfile -t COMPREPLY <<< "$answer"
    return
    ;;
  esac
  while IFS= read -r candidate; do
    candidate=${candidate%%$'\t'*}
    candidate=${candidate#"$kept"}
    case $quote in
    "") printf -v candidate %q "$candidate" ;;
    \') candidate=${candidate//\'/"'\\''"} ;;
    *)
      candidate=${candidate//"$backslash"/"$backslash$backslash"}
      if [[ $quote == \" ]]; then
        for char in \$ \` \"; do candidate=${candidate//"$char"/"$backslash$char"}; done
        candidate=${candidate//!/"$bang"} # of the history, against which no backslash helps here
      else
        candidate=${candidate//\'/"$backslash'"}
      fi
      ;;
    esac
    # bash closes the quote, unless its character stands there already.
    [[ -z $quote || $candidate != *"${quote: -1}" ]] || candidate+=${quote: -1}
    COMPREPLY+=("$candidate")
  done <<< "$answer"
}
complete -F _dream dream
