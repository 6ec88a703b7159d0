# Completion of dream for fish: installed as a file, or `dream completion fish | source`.
function __dream_complete
    set -l token (commandline -ct)
    # fish matches and quotes the candidates itself, but shows a word in an open quote as it is typed: it is closed to be read.
    set -l word (string unescape -- $token; or string unescape -- $token\"; or string unescape -- $token\')
    or return
    set -l words (commandline -opc) "$word"
    set -l answer (command $words[1] completion -- $words[2..-1] 2>/dev/null)
    switch "$answer[1]"
        case :folders
            __fish_complete_directories $token
        case :files
            __fish_complete_path $token
        case '*'
            printf '%s\n' $answer
    end
end
complete -c dream -f -a '(__dream_complete)'
