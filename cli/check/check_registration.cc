#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/check/check_command.h"
#include "cli/commands.h"

namespace biglittle {

void AddCheck(CLI::App& app, ChosenCommand& chosen) {
  static std::string file;
  CLI::App* check = app.add_subcommand("check", "Check a fleet, task or Mosquitto file");
  check->add_option("file", file, "The YAML file, or a .conf of Mosquitto")->required();
  check->callback([&chosen] { chosen = [] { return RunCheck(file, std::cout, std::cerr); }; });
}

}  // namespace biglittle
