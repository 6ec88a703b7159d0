#compdef dream
# Completion of dream for zsh: installed as _dream in a folder of fpath, or `eval "$(dream completion zsh)"`.
_dream() {
  local line word help colon='\:'
  local -a answer items
  # zsh matches and quotes the candidates itself; a word in an open quote is closed to be read.
  local typed=$words[CURRENT]${${compstate[quote]-}[-1]}
  # A file is not run because somebody typed its name.
  local program=${(Q)words[1]}
  [[ $program != */* ]] || program=dream
  answer=("${(@f)$(command "$program" completion -- "${(@Q)words[2,CURRENT-1]}" "${(Q)typed}" 2> /dev/null)}")
  [[ -n $answer ]] || return
  case ${answer[1]} in
    :folders | :files)
      compset -P '--*='
      [[ ${answer[1]} == :folders ]] && _files -/ || _files
      return
      ;;
  esac
  for line in $answer; do
    word=${line%%$'\t'*}
    help=${${line#$word}#$'\t'}
    word=${word//\\/\\\\}
    items+=("${word//:/$colon}:$help")
  done
  _describe -t words word items
}
if [[ ${funcstack[1]-} == _dream ]]; then
  _dream "$@"
else
  compdef _dream dream
fi
