#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/record/record_command.h"

namespace biglittle {

void AddRecord(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command =
      app.add_subcommand("record", "Write labelled windows from a device's own source, for train");
  static RecordOptions options;
  static std::string dtype = "float32";
  command->add_option("--config", options.config, "The fleet's YAML file")->required();
  command
      ->add_option("--device", options.device,
                   "Whose source; the device's agent must not run meanwhile")
      ->required();
  command->add_option("--label", options.label, "What the windows are of")->required();
  command
      ->add_option("--out", options.out,
                   "Folder; what is in it already is added to, one session more")
      ->required();
  command->add_option("--windows", options.windows, "End after so many")
      ->check(CLI::PositiveNumber);
  command->add_option("--seconds", options.seconds, "End after so long")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--shape", options.shape,
                   "Where the task is still to be trained: of its windows, such as 3,128")
      ->delimiter(',');
  command->add_option("--dtype", dtype, "Likewise, of their numbers")
      ->check(CLI::IsMember({"uint8", "int16", "float32"}))
      ->capture_default_str();
  command->add_option("--rate-hz", options.rate_hz, "Likewise, of the samples")
      ->check(CLI::PositiveNumber);
  command->callback([&chosen] {
    chosen = [] {
      options.dtype = *DTypeFromName(dtype);
      return RunRecord(options, std::cout, std::cerr);
    };
  });
}

}  // namespace biglittle
