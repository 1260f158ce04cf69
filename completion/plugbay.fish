# plugbay completion for fish. `plugbay complete` knows the candidates: one a line, a tab, what it is.
function __plugbay_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path "$current"
        case :folders
            __fish_complete_directories "$current"
        case '*'
            printf '%s\n' $lines
    end
end
complete -c plugbay -e
complete -c plugbay -f -a '(__plugbay_complete)'
