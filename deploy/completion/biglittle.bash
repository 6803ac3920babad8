# Made of the program's options: biglittle --completion bash
_biglittle() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path= words= at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; ++at)); do
    case "$path${path:+ }${COMP_WORDS[at]}" in
      'demo') path='demo' ;;
      'check') path='check' ;;
      'new') path='new' ;;
      'record') path='record' ;;
      'inspect') path='inspect' ;;
      'classify') path='classify' ;;
      'tune') path='tune' ;;
      'evaluate') path='evaluate' ;;
      'watch') path='watch' ;;
      'dashboard') path='dashboard' ;;
      'control') path='control' ;;
      'simulate') path='simulate' ;;
      'schema') path='schema' ;;
      'provision') path='provision' ;;
      'provision init') path='provision init' ;;
      'provision add-device') path='provision add-device' ;;
      'provision add-worker') path='provision add-worker' ;;
      'provision add-dashboard') path='provision add-dashboard' ;;
      'provision add-bridge') path='provision add-bridge' ;;
      'provision add-sensor') path='provision add-sensor' ;;
      'provision add-operator') path='provision add-operator' ;;
      'provision add-home-assistant') path='provision add-home-assistant' ;;
      'provision revoke') path='provision revoke' ;;
      'provision rotate') path='provision rotate' ;;
      'provision list') path='provision list' ;;
      'provision apply') path='provision apply' ;;
      'provision sync') path='provision sync' ;;
      'provision purge') path='provision purge' ;;
      'provision sign-models') path='provision sign-models' ;;
      'deploy') path='deploy' ;;
      'deploy plan') path='deploy plan' ;;
      'deploy apply') path='deploy apply' ;;
      'deploy status') path='deploy status' ;;
      'deploy bundle') path='deploy bundle' ;;
      'deploy export') path='deploy export' ;;
      'deploy export ansible') path='deploy export ansible' ;;
      'deploy export kubernetes') path='deploy export kubernetes' ;;
      'doctor') path='doctor' ;;
      'bench') path='bench' ;;
      'bench nn') path='bench nn' ;;
      'bench link') path='bench link' ;;
      'bench source') path='bench source' ;;
      'bench fleet') path='bench fleet' ;;
      'bench capacity') path='bench capacity' ;;
    esac
  done
  case $path in
    '')
      case $before in
        *) case $word in -*) words='-h --help --version' ;; *) words='demo check new record inspect classify tune evaluate watch dashboard control simulate schema provision deploy doctor bench' ;; esac ;;
      esac ;;
    'demo')
      case $before in
        --task) return ;;
        --devices) return ;;
        --readings) return ;;
        --data) return ;;
        --models) return ;;
        --json) return ;;
        --broker-port) return ;;
        --interval-ms) return ;;
        --deadline-ms) return ;;
        --dashboard-port) return ;;
        *) case $word in -*) words='-h --help --task --devices --readings --data --models --json --broker-port --interval-ms --deadline-ms --chaos --secure --dashboard --dashboard-port' ;; *) words='' ;; esac ;;
      esac ;;
    'check')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='' ;; esac ;;
      esac ;;
    'new')
      case $before in
        --from) return ;;
        --out) return ;;
        --samples) return ;;
        --length-ms) return ;;
        --hop) return ;;
        --rate-hz) return ;;
        --low-pass) return ;;
        --high-pass) return ;;
        --band-pass) return ;;
        --filter-order) return ;;
        --label-column) return ;;
        --group-column) return ;;
        --columns) return ;;
        --delimiter) return ;;
        --decimal) words='. ' ;;
        *) case $word in -*) words='-h --help --from --out --samples --length-ms --hop --rate-hz --resample --pad --low-pass --high-pass --band-pass --filter-order --label-column --group-column --skip-bad-rows --columns --header --delimiter --decimal' ;; *) words='' ;; esac ;;
      esac ;;
    'record')
      case $before in
        --config) return ;;
        --device) return ;;
        --label) return ;;
        --out) return ;;
        --windows) return ;;
        --seconds) return ;;
        --shape) return ;;
        --dtype) words='uint8 int16 float32' ;;
        --rate-hz) return ;;
        *) case $word in -*) words='-h --help --config --device --label --out --windows --seconds --shape --dtype --rate-hz' ;; *) words='' ;; esac ;;
      esac ;;
    'inspect')
      case $before in
        --shape) return ;;
        *) case $word in -*) words='-h --help --shape --profile' ;; *) words='' ;; esac ;;
      esac ;;
    'classify')
      case $before in
        --model) return ;;
        --task) return ;;
        --models) return ;;
        --input) return ;;
        --shape) return ;;
        --output) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --model --task --models --resample --input --shape --output --json' ;; *) words='' ;; esac ;;
      esac ;;
    'tune')
      case $before in
        --task) return ;;
        --data) return ;;
        --models) return ;;
        --max-escalation) return ;;
        --min-accuracy) return ;;
        --max-loss) return ;;
        --max-risk) return ;;
        --confidence) return ;;
        --min-recall) return ;;
        --score) return ;;
        --thresholds) return ;;
        --unlike-share) return ;;
        *) case $word in -*) words='-h --help --task --data --models --max-escalation --min-accuracy --max-loss --max-risk --confidence --min-recall --score --thresholds --unlike-share --for-these-groups --nearest --accept --check' ;; *) words='' ;; esac ;;
      esac ;;
    'evaluate')
      case $before in
        --task) return ;;
        --data) return ;;
        --models) return ;;
        --json) return ;;
        --plot) return ;;
        *) case $word in -*) words='-h --help --task --data --models --json --plot' ;; *) words='' ;; esac ;;
      esac ;;
    'watch')
      case $before in
        --config) return ;;
        --host) return ;;
        --port) return ;;
        --fleet) return ;;
        --as) return ;;
        --device) return ;;
        --label) return ;;
        --since) return ;;
        --count) return ;;
        --normal) return ;;
        *) case $word in -*) words='-h --help --config --host --port --fleet --as --device --label --since --json --count --top --normal' ;; *) words='' ;; esac ;;
      esac ;;
    'dashboard')
      case $before in
        --config) return ;;
        --out) return ;;
        --url) return ;;
        --normal) return ;;
        *) case $word in -*) words='-h --help --config --out --url --normal' ;; *) words='' ;; esac ;;
      esac ;;
    'control')
      case $before in
        --config) return ;;
        --for) return ;;
        --as) return ;;
        --timeout-ms) return ;;
        *) case $word in -*) words='-h --help --config --for --as --timeout-ms --json' ;; *) words='' ;; esac ;;
      esac ;;
    'simulate')
      case $before in
        --task) return ;;
        --readings) return ;;
        --seed) return ;;
        --out) return ;;
        *) case $word in -*) words='-h --help --task --readings --seed --out' ;; *) words='' ;; esac ;;
      esac ;;
    'schema')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='' ;; esac ;;
      esac ;;
    'provision')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='init add-device add-worker add-dashboard add-bridge add-sensor add-operator add-home-assistant revoke rotate list apply sync purge sign-models' ;; esac ;;
      esac ;;
    'provision init')
      case $before in
        --dir) return ;;
        --config) return ;;
        --host) return ;;
        --websockets-port) return ;;
        --admin-port) return ;;
        --bind) return ;;
        --user) return ;;
        *) case $word in -*) words='-h --help --dir --config --host --websockets-port --admin-port --bind --user' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-device')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-worker')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-dashboard')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-bridge')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-sensor')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-operator')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision add-home-assistant')
      case $before in
        --dir) return ;;
        --days) return ;;
        *) case $word in -*) words='-h --help --dir --days' ;; *) words='' ;; esac ;;
      esac ;;
    'provision revoke')
      case $before in
        --dir) return ;;
        *) case $word in -*) words='-h --help --dir' ;; *) words='' ;; esac ;;
      esac ;;
    'provision rotate')
      case $before in
        --dir) return ;;
        --days) return ;;
        --expiring) return ;;
        --host) return ;;
        --admin-port) return ;;
        *) case $word in -*) words='-h --help --dir --days --expiring --revoke-old --host --admin-port' ;; *) words='' ;; esac ;;
      esac ;;
    'provision list')
      case $before in
        --dir) return ;;
        *) case $word in -*) words='-h --help --dir --json' ;; *) words='' ;; esac ;;
      esac ;;
    'provision apply')
      case $before in
        --dir) return ;;
        --days) return ;;
        --readmit) return ;;
        *) case $word in -*) words='-h --help --dir --days --dry-run --yes --readmit' ;; *) words='' ;; esac ;;
      esac ;;
    'provision sync')
      case $before in
        --dir) return ;;
        *) case $word in -*) words='-h --help --dir' ;; *) words='' ;; esac ;;
      esac ;;
    'provision purge')
      case $before in
        --dir) return ;;
        *) case $word in -*) words='-h --help --dir --dry-run' ;; *) words='' ;; esac ;;
      esac ;;
    'provision sign-models')
      case $before in
        --dir) return ;;
        --release) return ;;
        --expires) return ;;
        *) case $word in -*) words='-h --help --dir --release --expires' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='plan apply status bundle export' ;; esac ;;
      esac ;;
    'deploy plan')
      case $before in
        --secure) return ;;
        --packages) return ;;
        --only) return ;;
        --ssh-config) return ;;
        --connect-timeout) return ;;
        --parallel) return ;;
        *) case $word in -*) words='-h --help --secure --packages --only --ssh-config --connect-timeout --parallel' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy apply')
      case $before in
        --secure) return ;;
        --packages) return ;;
        --only) return ;;
        --ssh-config) return ;;
        --connect-timeout) return ;;
        --parallel) return ;;
        --wait) return ;;
        *) case $word in -*) words='-h --help --secure --packages --only --ssh-config --connect-timeout --parallel --wait --skip-away --allow-offline' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy status')
      case $before in
        --secure) return ;;
        --packages) return ;;
        --only) return ;;
        --ssh-config) return ;;
        --connect-timeout) return ;;
        --parallel) return ;;
        *) case $word in -*) words='-h --help --secure --packages --only --ssh-config --connect-timeout --parallel' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy bundle')
      case $before in
        --secure) return ;;
        --packages) return ;;
        --host) return ;;
        --out) return ;;
        *) case $word in -*) words='-h --help --secure --packages --host --out' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy export')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='ansible kubernetes' ;; esac ;;
      esac ;;
    'deploy export ansible')
      case $before in
        --secure) return ;;
        --packages) return ;;
        --out) return ;;
        --parallel) return ;;
        *) case $word in -*) words='-h --help --secure --packages --out --parallel' ;; *) words='' ;; esac ;;
      esac ;;
    'deploy export kubernetes')
      case $before in
        --secure) return ;;
        --out) return ;;
        --images) return ;;
        --tag) return ;;
        --namespace) return ;;
        *) case $word in -*) words='-h --help --secure --out --images --tag --namespace' ;; *) words='' ;; esac ;;
      esac ;;
    'doctor')
      case $before in
        --config) return ;;
        --device) return ;;
        --worker) return ;;
        *) case $word in -*) words='-h --help --config --device --worker' ;; *) words='' ;; esac ;;
      esac ;;
    'bench')
      case $before in
        *) case $word in -*) words='-h --help' ;; *) words='nn link source fleet capacity' ;; esac ;;
      esac ;;
    'bench nn')
      case $before in
        --model) return ;;
        --batch) return ;;
        --threads) return ;;
        --seconds) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --model --batch --threads --seconds --json' ;; *) words='' ;; esac ;;
      esac ;;
    'bench link')
      case $before in
        --task) return ;;
        --models) return ;;
        --seconds) return ;;
        --window) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --task --models --seconds --window --json' ;; *) words='' ;; esac ;;
      esac ;;
    'bench source')
      case $before in
        --models) return ;;
        --seconds) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --models --seconds --json' ;; *) words='' ;; esac ;;
      esac ;;
    'bench fleet')
      case $before in
        --devices) return ;;
        --rate) return ;;
        --seconds) return ;;
        --processes) return ;;
        --task) return ;;
        --data) return ;;
        --models) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --devices --rate --seconds --processes --task --data --models --json' ;; *) words='' ;; esac ;;
      esac ;;
    'bench capacity')
      case $before in
        --devices) return ;;
        --rate) return ;;
        --seconds) return ;;
        --rounds) return ;;
        --task) return ;;
        --other-task) return ;;
        --models) return ;;
        --json) return ;;
        *) case $word in -*) words='-h --help --devices --rate --seconds --rounds --task --other-task --models --json' ;; *) words='' ;; esac ;;
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _biglittle biglittle
