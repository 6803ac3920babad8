#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/dashboard/dashboard_command.h"

namespace biglittle {

void AddDashboard(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "dashboard", "Write the console, a web page of the fleet, for a web server to serve");
  static DashboardOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file")->required();
  command->add_option("--out", options.out, "The folder to write to")->required();
  command->add_option(
      "--url", options.url,
      "The broker's websockets listener (default: the fleet file's host, port + 1)");
  command->add_option("--normal", options.normal,
                      "A label that means that all is well; repeatable (default: healthy, normal, "
                      "ok and the like)");
  command->callback(
      [&chosen] { chosen = [] { return RunDashboard(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
