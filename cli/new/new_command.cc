#include "cli/new/new_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "cli/command_end.h"
#include "cli/new/input_settings.h"
#include "cli/new/labelled_table.h"
#include "cli/new/labelled_windows.h"
#include "cli/new/listed_folder.h"
#include "cli/new/recording.h"
#include "cli/new/session_tree.h"
#include "cli/text_file.h"
#include "cli/training_folder.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/arrays/npy_file.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

// What is written, and told.
struct Made {
  std::vector<std::string> labels;
  LabelledWindows cut;
  std::vector<fs::path> passed_over;
  std::vector<std::string> channels;  // of tables
};

absl::StatusOr<Made> FromTree(const NewOptions& options) {
  auto tree = ReadSessionTree(options.from);
  if (!tree.ok()) return tree.status();
  LabelledCutter cutter(options.cut, tree->labels);
  for (const LabelledFile& labelled : tree->files) {
    const auto recording = ReadRecording(labelled.file, options.csv);
    if (!recording.ok()) return recording.status();
    absl::Status added =
        cutter.Add(*recording, labelled.label, labelled.session, Shown(labelled.file.string()));
    if (!added.ok()) return added;
  }
  auto cut = cutter.Take();
  if (!cut.ok()) return cut.status();
  return Made{std::move(tree->labels), *std::move(cut), std::move(tree->passed_over), {}};
}

absl::StatusOr<Made> FromTable(const NewOptions& options) {
  auto table = ReadTable(options.from, options.table, options.csv);
  if (!table.ok()) return table.status();
  LabelledCutter cutter(options.cut, table->labels);
  for (const LabelledRun& run : table->runs) {
    absl::Status added = cutter.Add(run.recording, run.label, run.session, run.place);
    if (!added.ok()) return added;
  }
  auto cut = cutter.Take();
  if (!cut.ok()) return cut.status();
  cut->refused += table->refused;
  return Made{std::move(table->labels), *std::move(cut), std::move(table->passed_over),
              std::move(table->channels)};
}

// Whatever an earlier call, or somebody by hand, has put there.
absl::Status CheckOutput(const fs::path& folder) {
  for (const char* name : {"X.npy", "y.npy", "labels.txt", "groups.npy", "input.json"}) {
    std::error_code error;
    if (fs::exists(folder / name, error)) {
      return absl::AlreadyExistsError(
          fmt::format("{} is there already: remove it, or pass another --out",
                      Shown((folder / name).string())));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteColumn(const fs::path& path, const std::vector<std::int32_t>& column) {
  return WriteNpy(path, ElementType::kInt32, {static_cast<std::int64_t>(column.size())},
                  std::as_bytes(std::span(column)));
}

absl::Status Write(const Made& made, const NewOptions& options, const fs::path& folder) {
  if (absl::Status folder_made = MakeTrainingFolder(folder); !folder_made.ok()) return folder_made;
  std::string lines;
  for (const std::string& label : made.labels) lines += label + "\n";
  // The windows last: who finds them finds the rest.
  absl::Status status = WriteTextFile(folder / "labels.txt", lines);
  if (status.ok()) status = WriteColumn(folder / "y.npy", made.cut.labels);
  if (status.ok() && made.cut.session_count() >= kLeastSessions) {
    status = WriteColumn(folder / "groups.npy", made.cut.sessions);
  }
  if (status.ok() && made.cut.rate_hz) {
    status = WriteTextFile(folder / "input.json",
                           InputSettingsText(*made.cut.rate_hz, options.cut.filter));
  }
  if (status.ok()) status = WriteNpy(folder / "X.npy", made.cut.windows);
  return status;
}

void TellOdds(const Made& made, bool is_table, std::ostream& out) {
  if (!made.cut.too_short.empty()) {
    out << fmt::format("shorter than a window, so left out: {} {}, first {}\n",
                       made.cut.too_short.size(), is_table ? "runs" : "recordings",
                       made.cut.too_short[0]);
  }
  if (made.cut.refused > 0) {
    out << fmt::format("lines that are no samples: {}; no window goes across one\n",
                       made.cut.refused);
  }
  if (!made.passed_over.empty()) {
    out << fmt::format("no {}, so passed over: {}, first {}\n", is_table ? "tables" : "recordings",
                       made.passed_over.size(), Shown(made.passed_over[0].string()));
  }
}

void TellClasses(const Made& made, bool is_table, std::ostream& out) {
  std::size_t width = 5;
  for (const std::string& label : made.labels) width = std::max(width, Shown(label).size());
  out << fmt::format("{:<{}}  {:>10}  sessions   windows\n", "class", width,
                     is_table ? "runs" : "recordings");
  for (std::size_t i = 0; i < made.labels.size(); ++i) {
    const ClassTally& tally = made.cut.classes[i];
    out << fmt::format("{:<{}}  {:>10}  {:>8}  {:>8}\n", Shown(made.labels[i]), width,
                       tally.recordings, tally.sessions.size(), tally.windows);
  }
  if (!is_table) return;
  out << fmt::format("channels: {}\n", Shown(fmt::format("{}", fmt::join(made.channels, ", "))));
}

void Tell(const Made& made, const fs::path& folder, const NewOptions& options, std::ostream& out) {
  const bool is_table = options.table.has_table();
  TellClasses(made, is_table, out);
  TellOdds(made, is_table, out);
  const std::size_t sessions = made.cut.session_count();
  out << fmt::format("{}: X.npy {} {}, y.npy, labels.txt{}{}\n", Shown(folder.string()),
                     Name(made.cut.windows.type), ToString(made.cut.windows.shape),
                     sessions < kLeastSessions ? "" : ", groups.npy",
                     made.cut.rate_hz ? ", input.json" : "");
  if (sessions < kLeastSessions) {
    out << fmt::format(
        "no groups.npy: with {} sessions, and {} are the least, training would test on "
        "windows of the recordings that it learns from; its figures will be too good\n",
        sessions, kLeastSessions);
  }
  out << fmt::format("next: ./biglittle train --task {} --data {}\n", options.task,
                     Shown(folder.string()));
}

absl::Status CheckFilter(const std::optional<InputFilter>& filter) {
  if (!filter || filter->type != FilterType::kBandPass || *filter->low_hz < *filter->high_hz) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("--band-pass goes from the lower to the higher cut-off, not from {} to {} Hz",
                  *filter->low_hz, *filter->high_hz));
}

absl::Status CheckTable(const NewOptions& options) {
  if (!options.table.label_column.empty()) return absl::OkStatus();
  if (options.table.has_table() || options.table.skip_bad_rows) {
    return absl::InvalidArgumentError(
        "--group-column and --skip-bad-rows are of a table: pass --label-column too");
  }
  std::error_code error;
  if (fs::exists(options.from, error) && !IsFolder(options.from)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is no folder with a folder a class; of a table, pass --label-column",
                    Shown(options.from.string())));
  }
  if (options.csv.header && options.csv.columns.empty()) {
    return absl::InvalidArgumentError("--header needs --columns: the names of the channels in it");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const NewOptions& options) {
  if (!IsTaskName(options.task)) {
    return absl::InvalidArgumentError(fmt::format(
        "{} cannot be a task's name: 1 to 64 characters of a-z 0-9 -", Quoted(options.task)));
  }
  if (options.cut.samples.has_value() == options.cut.length_ms.has_value()) {
    return absl::InvalidArgumentError("how long is a window? Pass --samples or --length-ms");
  }
  const auto& columns = options.csv.columns;
  if (!columns.empty() && std::ranges::count(columns, CsvFrames::kSkipped) ==
                              static_cast<std::ptrdiff_t>(columns.size())) {
    return absl::InvalidArgumentError("--columns names no channel, only columns to skip");
  }
  if (absl::Status good = CheckFilter(options.cut.filter); !good.ok()) return good;
  return CheckTable(options);
}

absl::Status MakeDataset(const NewOptions& options, std::ostream& out) {
  if (absl::Status good = CheckOptions(options); !good.ok()) return good;
  const fs::path folder = options.out.empty() ? fs::path("data") / options.task : options.out;
  if (absl::Status good = CheckOutput(folder); !good.ok()) return good;
  const auto made = options.table.has_table() ? FromTable(options) : FromTree(options);
  if (!made.ok()) return made.status();
  if (absl::Status written = Write(*made, options, folder); !written.ok()) return written;
  Tell(*made, folder, options, out);
  return absl::OkStatus();
}

}  // namespace

int RunNew(const NewOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("new", MakeDataset(options, out), err);
}

}  // namespace biglittle
