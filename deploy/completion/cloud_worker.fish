# Made of the program's options: cloud_worker --completion fish
complete -c cloud_worker -s h -l help -d 'Print this help message and exit'
complete -c cloud_worker -l config -r -d 'The fleet\'s YAML file'
complete -c cloud_worker -l worker -r -d 'The id of the worker in it'
complete -c cloud_worker -l log-level -r -f -a 'trace debug info warning error critical off' -d 'debug, info, warning, error'
complete -c cloud_worker -l version -d 'Print the version and exit'
