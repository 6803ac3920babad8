# Made of the program's options: device_agent --completion fish
complete -c device_agent -s h -l help -d 'Print this help message and exit'
complete -c device_agent -l config -r -d 'The fleet\'s YAML file'
complete -c device_agent -l device -r -d 'The id of the device in it; again for more of them'
complete -c device_agent -l log-level -r -f -a 'trace debug info warning error critical off' -d 'debug, info, warning, error'
complete -c device_agent -l version -d 'Print the version and exit'
