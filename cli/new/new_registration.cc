#include <cstddef>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

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

// A filter as the command line says it, of which there may be one.
struct FilterWords {
  std::optional<float> low_pass;
  std::optional<float> high_pass;
  std::vector<float> band_pass;
  std::size_t order = 2;
};

std::optional<InputFilter> FilterOf(const FilterWords& words) {
  InputFilter filter{.order = words.order};
  if (words.band_pass.size() == 2) {
    filter.type = FilterType::kBandPass;
    filter.low_hz = words.band_pass[0];
    filter.high_hz = words.band_pass[1];
    return filter;
  }
  if (!words.low_pass && !words.high_pass) return std::nullopt;
  filter.type = words.low_pass ? FilterType::kLowPass : FilterType::kHighPass;
  filter.hz = words.low_pass ? words.low_pass : words.high_pass;
  return filter;
}

void AddFilter(CLI::App& command, FilterWords& words) {
  constexpr double kLowestHz = 1e-6;
  constexpr double kHighestHz = 1e7;
  const CLI::Range hz(kLowestHz, kHighestHz);
  CLI::Option* low = command
                         .add_option("--low-pass", words.low_pass,
                                     "Cut-off in Hz of a filter before the windows, which the task "
                                     "will have too; needs the rate")
                         ->check(hz);
  CLI::Option* high =
      command.add_option("--high-pass", words.high_pass, "Likewise")->check(hz)->excludes(low);
  command.add_option("--band-pass", words.band_pass, "Likewise, its two cut-offs: 20,200")
      ->delimiter(',')
      ->expected(2)
      ->check(hz)
      ->excludes(low)
      ->excludes(high);
  const CLI::Option* order = command.add_option("--filter-order", words.order, "How steep it is")
                                 ->check(CLI::Range(1, 8))
                                 ->capture_default_str();
  command.parse_complete_callback([order, &words] {
    if (order->count() == 0 || FilterOf(words)) return;
    throw CLI::ValidationError("--filter-order",
                               "of which filter? Pass --low-pass, --high-pass or --band-pass");
  });
}

void AddTable(CLI::App& command, TableOptions& options) {
  CLI::Option* label = command.add_option("--label-column", options.label_column,
                                          "Of a table, or a folder of tables, a row a sample: the "
                                          "column with the class, by its name in "
                                          "the header, or, without a header, its number from 1");
  command
      .add_option("--group-column", options.group_column,
                  "Likewise, the person, machine or day (default: each file is one)")
      ->needs(label);
  command
      .add_flag("--skip-bad-rows", options.skip_bad_rows,
                "Rows of a table that are no samples are gaps, not errors")
      ->needs(label);
}

void AddLines(CLI::App& command, CsvFormat& csv, std::string& delimiter) {
  command
      .add_option("--columns", csv.columns,
                  "Of lines: the channels' names, _ for a column that is none (default: all)")
      ->delimiter(',');
  command.add_flag("--header", csv.header, "The first line names the columns");
  command.add_option("--delimiter", delimiter, "Between columns: a character, tab or space")
      ->check([](const std::string& text) {
        const bool good = text.size() == 1 || text == "tab" || text == "space";
        return good ? std::string() : std::string("one character, tab or space");
      })
      ->capture_default_str();
  command.add_option("--decimal", csv.decimal, "The decimal mark, . or ,")
      ->check(CLI::IsMember({".", ","}))
      ->capture_default_str();
}

}  // namespace

void AddNew(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "new",
      "Cut recordings, a folder a class or tables with labels, into the arrays that train takes");
  static NewOptions options;
  static std::string delimiter = ",";
  static FilterWords filter;
  command->add_option("task", options.task, "The task's name: a-z 0-9 -")->required();
  command
      ->add_option(
          "--from", options.from,
          "Folder with a folder a class; in each .wav, .csv, .txt or .npy files, or a folder "
          "a session with them. With --label-column a .csv or .txt file, or a folder of them")
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
  command->add_flag(
      "--pad", options.cut.pad,
      "Recordings shorter than a window are filled with zeros on both sides, not left "
      "out");
  AddFilter(*command, filter);
  AddTable(*command, options.table);
  AddLines(*command, options.csv, delimiter);
  command->callback([&chosen] {
    chosen = [] {
      options.csv.delimiter = Delimiter(delimiter);
      options.cut.filter = FilterOf(filter);
      return RunNew(options, std::cout, std::cerr);
    };
  });
}

}  // namespace biglittle
