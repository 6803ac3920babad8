# What is installed where, below the prefix; a component a package (deploy/debian). The programs find
# share/biglittle beside the bin that they lie in (cli/installation.h).
include(GNUInstallDirs)
set(biglittle_share ${CMAKE_INSTALL_DATADIR}/biglittle)

function(biglittle_install_program target component)
  install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  install(FILES docs/man/${target}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    COMPONENT ${component})
  install(FILES deploy/completion/${target}.bash RENAME ${target}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
  install(FILES deploy/completion/_${target}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
  install(FILES deploy/completion/${target}.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${component})
endfunction()
biglittle_install_program(biglittle command)
biglittle_install_program(device_agent agent)
biglittle_install_program(cloud_worker worker)

install(DIRECTORY broker_config config DESTINATION ${biglittle_share} COMPONENT command)
install(FILES cli/tuning/plot_evaluation.py DESTINATION ${biglittle_share}/cli/tuning
  COMPONENT command)
install(DIRECTORY models/ DESTINATION ${biglittle_share}/models COMPONENT models
  FILES_MATCHING PATTERN "*.onnx" PATTERN "task.yaml" PATTERN "*.sig" PATTERN "README.md"
  PATTERN "train" EXCLUDE)
# Built by npm, not by this (./biglittle dashboard); the part CONNECT in its index is for that command.
install(DIRECTORY build/dashboard/ DESTINATION ${biglittle_share}/dashboard COMPONENT console OPTIONAL)
