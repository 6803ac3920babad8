#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/schema/schema_command.h"

namespace biglittle {

void AddSchema(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "schema", "Write the JSON Schema of a file or a message, or the AsyncAPI document of all");
  static SchemaOptions options;
  command
      ->add_option("what", options.what,
                   "fleet, task: files; result, status, state, control, control-reply, snapshot: "
                   "messages; asyncapi: all topics; docs: the tables of keys in FILE")
      ->required();
  command->add_option("file", options.file, "With docs: a Markdown file, written anew");
  command->callback(
      [&chosen] { chosen = [] { return RunSchema(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
