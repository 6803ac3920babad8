# Made of the program's options: device_agent --completion bash
_device_agent() {
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
        --device) return ;;
        --log-level) words='trace debug info warning error critical off' ;;
        *) case $word in -*) words='-h --help --config --device --log-level --version' ;; *) words='' ;; esac ;;
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _device_agent device_agent
