# plugbay completion for bash. `plugbay complete` knows the candidates: one a line, a tab, what it is.
_plugbay_complete() {
  local line out
  COMPREPLY=()
  out=$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $out in
    :files) compopt -o default; return ;;
    :folders) compopt -o dirnames; return ;;
  esac
  while IFS= read -r line; do
    [[ -n $line ]] && COMPREPLY+=("${line%%$'\t'*}")
  done <<< "$out"
}
complete -F _plugbay_complete plugbay
