#include "cli/new/new_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "cli/command_end.h"
#include "cli/new/recording.h"
#include "cli/new/session_tree.h"
#include "cli/text_file.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/arrays/npy_file.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

// models/train/data.py holds back a fifth of the sessions for each of two parts.
constexpr std::size_t kLeastSessions = 5;

struct ClassTally {
  std::size_t recordings = 0;
  std::size_t windows = 0;
  std::set<std::int32_t> sessions;  // that gave windows
};

struct Dataset {
  DataArray windows;
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> sessions;
  std::vector<ClassTally> classes;
  std::vector<fs::path> too_short;
  std::uint64_t refused = 0;  // lines
};

absl::Status About(const fs::path& file, const absl::Status& status) {
  return {status.code(),
          fmt::format("{}: {}", Shown(file.string()), std::string(status.message()))};
}

absl::StatusOr<Dataset> Cut(const SessionTree& tree, const NewOptions& options) {
  Dataset dataset;
  dataset.classes.resize(tree.labels.size());
  RecordingWindows cutter(options.cut);
  for (const LabelledFile& labelled : tree.files) {
    const auto recording = ReadRecording(labelled.file, options.csv);
    if (!recording.ok()) return recording.status();
    const auto windows = cutter.Add(*recording);
    if (!windows.ok()) return About(labelled.file, windows.status());
    ClassTally& tally = dataset.classes[labelled.label];
    ++tally.recordings;
    tally.windows += *windows;
    dataset.refused += recording->refused;
    if (*windows == 0) {
      dataset.too_short.push_back(labelled.file);
      continue;
    }
    const auto session = static_cast<std::int32_t>(labelled.session);
    tally.sessions.insert(session);
    dataset.labels.insert(dataset.labels.end(), *windows,
                          static_cast<std::int32_t>(labelled.label));
    dataset.sessions.insert(dataset.sessions.end(), *windows, session);
  }
  auto array = cutter.Take();
  if (!array.ok()) return array.status();
  dataset.windows = std::move(*array);
  for (std::size_t i = 0; i < tree.labels.size(); ++i) {
    if (dataset.classes[i].windows > 0) continue;
    return absl::InvalidArgumentError(fmt::format(
        "no recording of {} is as long as a window of {} samples: pass a smaller one, or remove it",
        Quoted(tree.labels[i]), dataset.windows.shape.back()));
  }
  return dataset;
}

std::size_t SessionsOf(const Dataset& dataset) {
  return std::set<std::int32_t>(dataset.sessions.begin(), dataset.sessions.end()).size();
}

// Whatever an earlier call, or somebody by hand, has put there.
absl::Status CheckOutput(const fs::path& folder) {
  for (const char* name : {"X.npy", "y.npy", "labels.txt", "groups.npy"}) {
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

absl::Status Write(const Dataset& dataset, const std::vector<std::string>& labels,
                   const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return absl::PermissionDeniedError(fmt::format("{} cannot be made: {}; pass another --out",
                                                   Shown(folder.string()), error.message()));
  }
  std::string lines;
  for (const std::string& label : labels) lines += label + "\n";
  // The windows last: who finds them finds the rest.
  absl::Status status = WriteTextFile(folder / "labels.txt", lines);
  if (status.ok()) status = WriteColumn(folder / "y.npy", dataset.labels);
  if (status.ok() && SessionsOf(dataset) >= kLeastSessions) {
    status = WriteColumn(folder / "groups.npy", dataset.sessions);
  }
  if (status.ok()) status = WriteNpy(folder / "X.npy", dataset.windows);
  return status;
}

void TellOdds(const SessionTree& tree, const Dataset& dataset, std::ostream& out) {
  if (!dataset.too_short.empty()) {
    out << fmt::format("shorter than a window, so left out: {} recordings, first {}\n",
                       dataset.too_short.size(), Shown(dataset.too_short[0].string()));
  }
  if (dataset.refused > 0) {
    out << fmt::format("lines that are no samples: {}; no window goes across one\n",
                       dataset.refused);
  }
  if (!tree.passed_over.empty()) {
    out << fmt::format("no recordings, so passed over: {}, first {}\n", tree.passed_over.size(),
                       Shown(tree.passed_over[0].string()));
  }
}

void Tell(const SessionTree& tree, const Dataset& dataset, const fs::path& folder,
          const NewOptions& options, std::ostream& out) {
  std::size_t width = 5;
  for (const std::string& label : tree.labels) width = std::max(width, Shown(label).size());
  out << fmt::format("{:<{}}  recordings  sessions   windows\n", "class", width);
  for (std::size_t i = 0; i < tree.labels.size(); ++i) {
    const ClassTally& tally = dataset.classes[i];
    out << fmt::format("{:<{}}  {:>10}  {:>8}  {:>8}\n", Shown(tree.labels[i]), width,
                       tally.recordings, tally.sessions.size(), tally.windows);
  }
  TellOdds(tree, dataset, out);
  const std::size_t sessions = SessionsOf(dataset);
  out << fmt::format("{}: X.npy {} {}, y.npy, labels.txt{}\n", Shown(folder.string()),
                     Name(dataset.windows.type), ToString(dataset.windows.shape),
                     sessions < kLeastSessions ? "" : ", groups.npy");
  if (sessions < kLeastSessions) {
    out << fmt::format(
        "no groups.npy: with {} sessions, and {} are the least, training would test on "
        "windows of the recordings that it learns from; its figures will be too good\n",
        sessions, kLeastSessions);
  }
  out << fmt::format("next: ./biglittle train --task {} --data {}\n", options.task,
                     Shown(folder.string()));
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
  if (options.csv.header && columns.empty()) {
    return absl::InvalidArgumentError("--header needs --columns: the names of the channels in it");
  }
  return absl::OkStatus();
}

absl::Status MakeDataset(const NewOptions& options, std::ostream& out) {
  if (absl::Status good = CheckOptions(options); !good.ok()) return good;
  const fs::path folder = options.out.empty() ? fs::path("data") / options.task : options.out;
  if (absl::Status good = CheckOutput(folder); !good.ok()) return good;
  const auto tree = ReadSessionTree(options.from);
  if (!tree.ok()) return tree.status();
  const auto dataset = Cut(*tree, options);
  if (!dataset.ok()) return dataset.status();
  if (absl::Status written = Write(*dataset, tree->labels, folder); !written.ok()) return written;
  Tell(*tree, *dataset, folder, options, out);
  return absl::OkStatus();
}

}  // namespace

int RunNew(const NewOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("new", MakeDataset(options, out), err);
}

}  // namespace biglittle
