#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/inspect/inspect_command.h"

namespace biglittle {

void AddInspect(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand("inspect", "Tell what is in an ONNX model");
  static InspectOptions options;
  command->add_option("model", options.model, "The .onnx file")->required();
  command
      ->add_option("--shape", options.shapes,
                   "NAME=1,40,101: all sizes of an input whose file leaves some open")
      ->expected(1)
      ->take_all();
  command->add_flag("--profile", options.profile, "Also time the steps");
  command->callback(
      [&chosen] { chosen = [] { return RunInspect(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
