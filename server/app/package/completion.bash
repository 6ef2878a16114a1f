# bash completion for nextjs-backend-engineer: what its own --help says, of the program and of each command.
_nextjs_backend_engineer()
{
    local cur prev words cword
    _init_completion || return
    local said=("$1") word help
    for word in "${words[@]:1:cword-1}"; do
        [[ $word == -* ]] && continue
        help=$("${said[@]}" --help 2>/dev/null)
        [[ $help =~ $'\n'"  $word "+[^\ ] ]] && said+=("$word")
    done
    case $prev in
        --project | --record | --replay | --state-directory | --cache-directory) _filedir -d; return ;;
        --key-file | --ca-file | --model-table | --libraries | --vocabulary | --docs-lock | --token-file | --node | --file) _filedir; return ;;
    esac
    help=$("${said[@]}" --help 2>/dev/null)
    local commands
    commands=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help")
    local options
    options=$(grep -oE '^  (-[a-z], ?)?--[a-z0-9-]+' <<<"$help" | grep -oE -- '--[a-z0-9-]+')
    COMPREPLY=($(compgen -W "$commands $options" -- "$cur"))
    [[ ${said[-1]} == check && $cur != -* ]] && _filedir
} && complete -F _nextjs_backend_engineer nextjs-backend-engineer
