#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/watch/watch_command.h"

namespace biglittle {

void AddWatch(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand("watch", "Show a fleet's results as they come");
  static WatchOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file");
  command->add_option("--host", options.host, "The broker, without --config")
      ->capture_default_str();
  command->add_option("--port", options.port, "Its port")->capture_default_str();
  command->add_option("--fleet", options.fleet, "The fleet's name, without --config");
  command->add_option("--as", options.as,
                      "Dashboard id, where the fleet file's credentials have {id}");
  command->add_flag("--json", options.json, "One JSON object a line");
  command->add_option("--count", options.count, "End after so many results");
  command->callback([&chosen] { chosen = [] { return RunWatch(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
