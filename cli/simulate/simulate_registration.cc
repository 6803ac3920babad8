#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/simulate/simulate_command.h"

namespace biglittle {

void AddSimulate(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command =
      app.add_subcommand("simulate", "Write windows of a simulated sensor to X.npy and y.npy");
  static SimulateOptions options;
  command->add_option("--task", options.task, "vibration")->required();
  command->add_option("--readings", options.readings, "How many")->required();
  command->add_option("--seed", options.seed, "Same seed, same readings")->capture_default_str();
  command->add_option("--out", options.out, "The folder to write to")->required();
  command->callback(
      [&chosen] { chosen = [] { return RunSimulate(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
