# Completion of dream for bash: installed as a file, or `eval "$(dream completion bash)"`.
_dream() {
  local line=${COMP_LINE:0:COMP_POINT} words=("") quote="" escaped="" word answer candidate kind char at
  for ((at = 0; at < ${#line}; at++)); do
    char=${line:at:1}
    if [[ -n $escaped ]]; then
      words[-1]+=$char escaped=""
    elif [[ $char == \\ && $quote != \' ]]; then
      escaped=yes
    elif [[ $char == "$quote" ]]; then
      quote=""
    elif [[ -z $quote && $char == [\"\'] ]]; then
      quote=$char
    elif [[ -z $quote && $char == [[:blank:]] ]]; then
      [[ -z ${words[-1]} ]] || words+=("")
    else
      words[-1]+=$char
    fi
  done
  word=${words[-1]}
  COMPREPLY=()
  answer=$(command "${words[0]}" completion -- "${words[@]:1}" 2> /dev/null)
  case $answer in
  "") return ;;
  :folders | :files)
    compopt -o filenames 2> /dev/null
    [[ $answer == :folders ]] && kind=-d || kind=-f
    answer=$(compgen "$kind" -- "${word#--*=}") && mapfile -t COMPREPLY <<< "$answer"
    return
    ;;
  esac
  # bash itself splits words at : and =, and puts the candidate in place of what follows the last of them; not in quotes.
  local kept=${word%"${word##*[:=]}"}
  [[ -z $quote ]] || kept=""
  while IFS= read -r candidate; do
    candidate=${candidate%%$'\t'*}
    candidate=${candidate#"$kept"}
    [[ -n $quote ]] || printf -v candidate %q "$candidate"
    COMPREPLY+=("$candidate")
  done <<< "$answer"
}
complete -F _dream dream
