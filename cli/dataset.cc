#include "cli/dataset.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace biglittle {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPairs{{
    {"X_test.npy", "y_test.npy"},
    {"X.npy", "y.npy"},
    {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
}};

// Plain or compressed; an empty path if neither is there.
std::filesystem::path Either(const std::filesystem::path& file) {
  if (std::filesystem::is_regular_file(file)) return file;
  std::filesystem::path compressed = file;
  compressed += ".gz";
  return std::filesystem::is_regular_file(compressed) ? compressed : std::filesystem::path();
}

}  // namespace

absl::StatusOr<Dataset> FindDataset(const std::string& task, const std::filesystem::path& folder) {
  for (const auto& candidate : {folder / task, folder / ("uci-" + task), folder}) {
    for (const auto& [windows, labels] : kPairs) {
      Dataset found{Either(candidate / windows), Either(candidate / labels)};
      if (!found.windows.empty() && !found.labels.empty()) return found;
    }
  }
  return absl::NotFoundError(fmt::format(
      "{} has no data of task {}: neither there nor in {} or uci-{} is a pair X_test.npy and "
      "y_test.npy, X.npy and y.npy, or t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (with or "
      "without .gz)",
      folder.string(), task, task, task));
}

}  // namespace biglittle
