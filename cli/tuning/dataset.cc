#include "cli/tuning/dataset.h"

#include <fmt/format.h>

#include <span>
#include <string_view>
#include <utility>

namespace biglittle {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr Names kTestNames[] = {
    {"X_test.npy", "y_test.npy"},
    {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
    {"test_batch.bin", "test_batch.bin"},
};
constexpr Names kWholeNames[] = {{"X.npy", "y.npy"}};
constexpr Names kValidationNames[] = {{"X_validation.npy", "y_validation.npy"}};
constexpr Names kTrainingNames[] = {
    {"X_train.npy", "y_train.npy"},
    {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
    {"data_batch_1.bin", "data_batch_1.bin"},
};
constexpr int kCifarBatches = 5;

// Plain or compressed; an empty path if neither is there.
std::filesystem::path Either(const std::filesystem::path& file) {
  if (std::filesystem::is_regular_file(file)) return file;
  std::filesystem::path compressed = file;
  compressed += ".gz";
  return std::filesystem::is_regular_file(compressed) ? compressed : std::filesystem::path();
}

std::string Listed(std::span<const Names> names) {
  std::string text;
  for (const auto& [windows, labels] : names) {
    if (!text.empty()) text += ", or ";
    text += windows == labels ? std::string(windows) : fmt::format("{} and {}", windows, labels);
  }
  return text;
}

absl::StatusOr<Dataset> Find(const std::string& task, const std::filesystem::path& folder,
                             std::span<const Names> names, std::string_view part) {
  for (const auto& candidate : {folder / task, folder / ("uci-" + task), folder}) {
    for (const auto& [windows, labels] : names) {
      Dataset found{Either(candidate / windows), Either(candidate / labels)};
      if (!found.windows.empty() && !found.labels.empty()) return found;
    }
  }
  return absl::NotFoundError(
      fmt::format("{} has no {} of task {}: neither there nor in {} or uci-{} is {} (with or "
                  "without .gz)",
                  folder.string(), part, task, task, task, Listed(names)));
}

}  // namespace

absl::StatusOr<Dataset> FindTestFiles(const std::string& task,
                                      const std::filesystem::path& folder) {
  return Find(task, folder, kTestNames, "test data");
}

absl::StatusOr<Dataset> FindDataset(const std::string& task, const std::filesystem::path& folder) {
  std::vector<Names> names(std::begin(kTestNames), std::end(kTestNames));
  names.insert(names.end(), std::begin(kWholeNames), std::end(kWholeNames));
  return Find(task, folder, names, "data");
}

absl::StatusOr<Dataset> FindWholeFiles(const std::string& task,
                                       const std::filesystem::path& folder) {
  return Find(task, folder, kWholeNames, "data");
}

absl::StatusOr<Dataset> FindValidationFiles(const std::string& task,
                                            const std::filesystem::path& folder) {
  return Find(task, folder, kValidationNames, "validation data");
}

absl::StatusOr<std::vector<Dataset>> FindTrainingFiles(const std::string& task,
                                                       const std::filesystem::path& folder) {
  absl::StatusOr<Dataset> first = Find(task, folder, kTrainingNames, "training data");
  if (!first.ok()) return first.status();
  std::vector<Dataset> files = {*first};
  if (first->windows != first->labels) return files;
  for (int i = 2; i <= kCifarBatches; ++i) {
    const std::filesystem::path parent = first->windows.parent_path();
    const auto batch = Either(parent / fmt::format("data_batch_{}.bin", i));
    if (batch.empty()) {
      return absl::NotFoundError(
          fmt::format("{} has data_batch_1.bin, but no data_batch_{}.bin", parent.string(), i));
    }
    files.push_back({batch, batch});
  }
  return files;
}

absl::StatusOr<std::filesystem::path> FindArray(const std::filesystem::path& folder,
                                                const std::string& name) {
  const std::filesystem::path found = Either(folder / (name + ".npy"));
  if (!found.empty()) return found;
  return absl::NotFoundError(
      fmt::format("{} has no {}.npy (with or without .gz), which says which "
                  "rows are the validation part",
                  folder.string(), name));
}

}  // namespace biglittle
