# Completion of dream for fish: installed as a file, or `dream completion fish | source`.
function __dream_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answer (command $words[1] completion -- $words[2..-1] 2>/dev/null)
    switch "$answer[1]"
        case :folders
            __fish_complete_directories (commandline -ct)
        case :files
            __fish_complete_path (commandline -ct)
        case '*'
            printf '%s\n' $answer
    end
end
complete -c dream -f -a '(__dream_complete)'
