#compdef dream
# Completion of dream for zsh: installed as _dream in a folder of fpath, or `eval "$(dream completion zsh)"`.
_dream() {
  local line word colon='\:'
  local -a answer items
  answer=("${(@f)$(command "${(Q)words[1]}" completion -- "${(@Q)words[2,CURRENT]}" 2> /dev/null)}")
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
    items+=("${word//:/$colon}:${${line#$word}#$'\t'}")
  done
  _describe -t words word items
}
if [[ ${funcstack[1]-} == _dream ]]; then
  _dream "$@"
else
  compdef _dream dream
fi
