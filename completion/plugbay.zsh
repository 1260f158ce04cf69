#compdef plugbay
# plugbay completion for zsh. `plugbay complete` knows the candidates: one a line, a tab, what it is.
_plugbay() {
  local -a lines candidates
  local line
  lines=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case ${lines[1]} in
    :files) _files; return ;;
    :folders) _files -/; return ;;
  esac
  for line in $lines; do
    [[ -n $line ]] && candidates+=("${${line//:/\\:}/$'\t'/:}")
  done
  (( ${#candidates} )) && _describe plugbay candidates
}
if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
if [[ ${funcstack[1]} == _plugbay ]]; then _plugbay "$@"; else compdef _plugbay plugbay; fi
