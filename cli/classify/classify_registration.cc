#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/classify/classify_command.h"
#include "cli/commands.h"

namespace biglittle {

void AddClassify(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command =
      app.add_subcommand("classify", "Run a model over an array of inputs, as they are");
  static ClassifyOptions options;
  command->add_option("--model", options.model, "The .onnx file")->required();
  command->add_option("--input", options.input, "A .npy or IDX file, plain or gzip")->required();
  command->add_option("--output", options.output, "Print this output alone (default: all)");
  command->add_option("--json", options.json, "Write to this file instead of the terminal");
  command->callback(
      [&chosen] { chosen = [] { return RunClassify(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
