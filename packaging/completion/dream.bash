# Completion of dream for bash: installed as a file, or `eval "$(dream completion bash)"`.
_dream() {
  local line=${COMP_LINE:0:COMP_POINT} words word answer candidate kind
  read -ra words <<< "$line"
  [[ $line == *[[:blank:]] ]] && words+=("")
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
  # bash itself splits words at : and =, and puts the candidate in place of what follows the last of them.
  local kept=${word%"${word##*[:=]}"}
  while IFS= read -r candidate; do
    candidate=${candidate%%$'\t'*}
    printf -v candidate %q "${candidate#"$kept"}"
    COMPREPLY+=("$candidate")
  done <<< "$answer"
}
complete -F _dream dream
