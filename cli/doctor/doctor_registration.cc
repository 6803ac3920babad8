#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/doctor/doctor_command.h"

namespace biglittle {

void AddDoctor(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Tell what this machine has, what it lacks, and how to mend that");
  static DoctorOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file, to look at that as well");
  CLI::Option* device =
      command->add_option("--device", options.device, "A device of it that shall run here");
  command->add_option("--worker", options.worker, "A worker of it that shall run here")
      ->excludes(device);
  command->callback(
      [&chosen] { chosen = [] { return RunDoctor(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
