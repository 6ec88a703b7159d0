# Completion of dream for fish: installed as a file, or `dream completion fish | source`.
function __dream_complete
    set -l token (commandline -ct)
    # fish matches and quotes the candidates itself, but shows a word in an open quote as it is typed: it is closed to be read.
    set -l word (string unescape -- $token; or string unescape -- $token\"; or string unescape -- $token\')
    or return
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    # A file is not run because somebody typed its name.
    string match -q '*/*' -- $program; and set program dream
    set -l answer (command $program completion -- $words "$word" 2>/dev/null)
    # fish hides what begins with a dot. Projects and steps are known without their "./", too.
    if not string match -qr '^[.-]' -- "$word"
        test -n "$answer[1]"; or set answer (command $program completion -- $words "./$word" 2>/dev/null)
        set answer (string replace -r '^\./' '' -- $answer | string match -vr '^(\t|$)')
    end
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
