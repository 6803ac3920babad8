#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/tuning/evaluate_command.h"

namespace biglittle {

void AddEvaluate(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "evaluate",
      "Tell a task's figures on test data, and whether its promise holds there (exit code 3: "
      "it does not)");
  static EvaluateOptions options;
  command->add_option("--task", options.task, "A folder of --models")->required();
  command->add_option("--data", options.data, "Folder of the recorded data, or the one above it");
  command->add_option("--models", options.models, "Folder with one folder a task");
  command->add_option("--json", options.json, "Write the figures to this file as well");
  command->add_option("--plot", options.plot, "Draw curve, reliability and confusion to this .png");
  command->callback(
      [&chosen] { chosen = [] { return RunEvaluate(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
