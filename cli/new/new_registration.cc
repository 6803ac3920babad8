#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/new/new_command.h"

namespace biglittle {
namespace {

// A shell hands a tab over with difficulty.
char Delimiter(const std::string& text) {
  if (text == "tab") return '\t';
  if (text == "space") return ' ';
  return text[0];
}

}  // namespace

void AddNew(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "new", "Cut recordings, a folder a class, into the arrays that train takes");
  static NewOptions options;
  static std::string delimiter = ",";
  command->add_option("task", options.task, "The task's name: a-z 0-9 -")->required();
  command
      ->add_option(
          "--from", options.from,
          "Folder with a folder a class; in each .wav, .csv, .txt or .npy files, or a folder "
          "a session with them")
      ->required();
  command->add_option("--out", options.out, "Folder to write to (default: data/<task>)");
  auto* samples = command->add_option("--samples", options.cut.samples, "Samples of a window")
                      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--length-ms", options.cut.length_ms, "Its length, where the rate is known")
      ->check(CLI::Range(1, 600'000))
      ->excludes(samples);
  command
      ->add_option("--hop", options.cut.hop, "Samples from one window to the next (default: all)")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--rate-hz", options.cut.rate_hz,
                   "The sensor's rate (default: as the first .wav says)")
      ->check(CLI::Range(0.001, 1e6));
  command->add_flag("--resample", options.cut.resample, "Bring recordings of another rate to it");
  command
      ->add_option("--columns", options.csv.columns,
                   "Of lines: the channels' names, _ for a column that is none (default: all)")
      ->delimiter(',');
  command->add_flag("--header", options.csv.header, "The first line names the columns");
  command->add_option("--delimiter", delimiter, "Between columns: a character, tab or space")
      ->check([](const std::string& text) {
        const bool good = text.size() == 1 || text == "tab" || text == "space";
        return good ? std::string() : std::string("one character, tab or space");
      })
      ->capture_default_str();
  command->callback([&chosen] {
    chosen = [] {
      options.csv.delimiter = Delimiter(delimiter);
      return RunNew(options, std::cout, std::cerr);
    };
  });
}

}  // namespace biglittle
