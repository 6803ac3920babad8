#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/watch/watch_command.h"

namespace biglittle {

void AddWatch(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "watch", "Show a fleet's results as they come, or with --top the fleet as it is");
  static WatchOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file");
  command->add_option("--host", options.host, "The broker, without --config")
      ->capture_default_str();
  command->add_option("--port", options.port, "Its port")->capture_default_str();
  command->add_option("--fleet", options.fleet, "The fleet's name, without --config");
  command->add_option("--as", options.as,
                      "Dashboard id, where the fleet file's credentials have {id}");
  command->add_option("--device", options.device,
                      "Only this device, or those of a pattern such as 'pump-*'");
  command->add_option("--label", options.label, "Only what is of this class");
  command->add_option(
      "--since", options.since,
      "Only what was captured since then: an age (10m, 8h, 7d), the last 06:30, or "
      "2026-11-29T06:30:00Z. The broker keeps no results: of the past there are the states that "
      "devices have settled on, and what a device with a store sends again");
  command->add_flag("--json", options.json, "One JSON object a line");
  command->add_option("--count", options.count, "End after so many results, of those shown");
  command->add_flag("--top", options.top,
                    "The fleet as it is, on the whole terminal: a line a device, trouble first. s "
                    "changes the order, q quits");
  command->add_option("--normal", options.normal,
                      "Of --top: a label that means that all is well; repeatable (default: "
                      "healthy, normal, ok and the like)");
  command->callback([&chosen] { chosen = [] { return RunWatch(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
