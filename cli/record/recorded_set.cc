#include "cli/record/recorded_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

#include "cli/training_folder.h"
#include "core/read_file.h"
#include "core/replace_file.h"
#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLabelsBytes = std::size_t{1} << 20U;
constexpr char kLabels[] = "labels.txt";

absl::StatusOr<std::vector<std::string>> ReadLabels(const fs::path& file) {
  const auto text = ReadWholeFile(file, kMaxLabelsBytes);
  if (absl::IsNotFound(text.status())) return std::vector<std::string>{};
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{} {}", Shown(file.string()), std::string(text.status().message())));
  }
  std::vector<std::string> labels;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    labels.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  return labels;
}

absl::StatusOr<std::vector<std::int32_t>> NumbersOf(const GrowingNpy& file) {
  const auto array = file.Read();
  if (!array.ok()) return array.status();
  std::vector<std::int32_t> numbers(array->data.size() / sizeof(std::int32_t));
  if (!numbers.empty()) std::memcpy(numbers.data(), array->data.data(), array->data.size());
  return numbers;
}

absl::Status AppendNumber(GrowingNpy& file, std::int32_t number) {
  return file.Append(std::as_bytes(std::span(&number, 1)));
}

}  // namespace

RecordedSet::RecordedSet(GrowingNpy windows, GrowingNpy labels, GrowingNpy groups)
    : windows_(std::move(windows)), labels_(std::move(labels)), groups_(std::move(groups)) {}

absl::StatusOr<RecordedSet> RecordedSet::Begin(const fs::path& folder, const std::string& label,
                                               ElementType type, const Shape& window) {
  if (absl::Status made = MakeTrainingFolder(folder); !made.ok()) return made;
  auto windows = GrowingNpy::Open(folder / "X.npy", type, window);
  if (!windows.ok()) return windows.status();
  auto labels = GrowingNpy::Open(folder / "y.npy", ElementType::kInt32, {});
  if (!labels.ok()) return labels.status();
  auto groups = GrowingNpy::Open(folder / "groups.npy", ElementType::kInt32, {});
  if (!groups.ok()) return groups.status();
  RecordedSet set(*std::move(windows), *std::move(labels), *std::move(groups));
  if (absl::Status taken = set.TakeUp(folder, label); !taken.ok()) return taken;
  return set;
}

// The windows are committed last: what the others have beyond them is of a session that was broken
// off.
absl::Status RecordedSet::TakeUp(const fs::path& folder, const std::string& label) {
  folder_ = folder;
  const std::uint64_t rows = windows_.rows();
  if (labels_.rows() < rows || groups_.rows() < rows) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: {} windows in X.npy, {} numbers in y.npy, {} in groups.npy: pass another --out",
        Shown(folder.string()), rows, labels_.rows(), groups_.rows()));
  }
  for (GrowingNpy* file : {&labels_, &groups_}) {
    if (absl::Status cut = file->CutTo(rows); !cut.ok()) return cut;
  }
  auto names = ReadLabels(folder / kLabels);
  if (!names.ok()) return names.status();
  for (std::string& name : *names) counts_.push_back({std::move(name)});
  if (absl::Status tallied = Tally(); !tallied.ok()) return tallied;
  const auto known = std::ranges::find(counts_, label, &ClassCount::label);
  label_ = static_cast<std::int32_t>(known - counts_.begin());
  if (known != counts_.end()) return absl::OkStatus();
  counts_.push_back({label});
  std::string lines;
  for (const ClassCount& count : counts_) lines += count.label + "\n";
  return ReplaceFile(folder / kLabels, lines, kReadableByAll);
}

absl::Status RecordedSet::Tally() {
  const auto labels = NumbersOf(labels_);
  const auto groups = NumbersOf(groups_);
  if (!labels.ok()) return labels.status();
  if (!groups.ok()) return groups.status();
  std::vector<std::set<std::int32_t>> sessions(counts_.size());
  for (std::size_t i = 0; i < labels->size(); ++i) {
    const auto label = static_cast<std::size_t>((*labels)[i]);
    if (label >= counts_.size()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: y.npy has class {}, labels.txt {} labels: pass another --out",
                      Shown(folder_.string()), (*labels)[i], counts_.size()));
    }
    ++counts_[label].windows;
    sessions[label].insert((*groups)[i]);
    if ((*groups)[i] == std::numeric_limits<std::int32_t>::max()) continue;
    group_ = std::max(group_, (*groups)[i] + 1);
  }
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i].sessions = sessions[i].size();
  return absl::OkStatus();
}

absl::Status RecordedSet::Add(std::span<const std::byte> window) {
  const std::uint64_t rows = windows_.rows();
  absl::Status added = windows_.Append(window);
  if (added.ok()) added = AppendNumber(labels_, label_);
  if (added.ok()) added = AppendNumber(groups_, group_);
  if (!added.ok()) {
    for (GrowingNpy* file : {&windows_, &labels_, &groups_}) file->CutTo(rows).IgnoreError();
    return added;
  }
  ClassCount& count = counts_[static_cast<std::size_t>(label_)];
  ++count.windows;
  if (added_++ == 0) ++count.sessions;
  return absl::OkStatus();
}

absl::Status RecordedSet::Commit() {
  for (GrowingNpy* file : {&labels_, &groups_, &windows_}) {
    if (absl::Status done = file->Commit(); !done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::Status RecordedSet::End() {
  if (windows_.rows() > 0) return Commit();
  std::error_code ignored;
  for (const char* name : {"X.npy", "y.npy", "groups.npy", kLabels}) {
    fs::remove(folder_ / name, ignored);
  }
  fs::remove(folder_, ignored);  // where nothing else is in it
  return absl::OkStatus();
}

}  // namespace biglittle
