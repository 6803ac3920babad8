# Made of the program's options: cloud_worker --completion bash
_cloud_worker() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path= words= at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; ++at)); do
    case "$path${path:+ }${COMP_WORDS[at]}" in
    esac
  done
  case $path in
    '')
      case $before in
        --config) return ;;
        --worker) return ;;
        --log-level) words='trace debug info warning error critical off' ;;
        *) case $word in -*) words='-h --help --config --worker --log-level --version' ;; *) words='' ;; esac ;;
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _cloud_worker cloud_worker
