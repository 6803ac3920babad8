#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/control/control_command.h"

namespace biglittle {

void AddControl(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "control", "Pause devices, set them otherwise, look at a window, while they run");
  static ControlOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file")->required();
  command->add_option("device", options.device, "A device of it, or a pattern such as 'pump-*'")
      ->required();
  command
      ->add_option("verb", options.verb,
                   "pause, resume, set, reset, snapshot, status or restart_source")
      ->required();
  command->add_option("settings", options.settings,
                      "KEY=VALUE, of set: policy, threshold, unlike, answer_mode, "
                      "budget.messages_per_s, budget.bytes_per_s; of snapshot: reading=next");
  command->add_option(
      "--for", options.lasts,
      "Of pause and set: it ends by itself after so long, such as 90s, 15m, 8h, 7d");
  command->add_option("--as", options.as,
                      "Operator id, where the fleet file's credentials have {id}");
  command->add_option("--timeout-ms", options.timeout_ms, "How long to wait for the answers")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{600'000}))
      ->capture_default_str();
  command->add_flag("--json", options.json, "The answers as they came, a line each");
  command->callback(
      [&chosen] { chosen = [] { return RunControl(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
