#include "cli/demo/demo_readings.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <system_error>
#include <vector>

#include "absl/status/status.h"

#include "cli/tuning/dataset.h"
#include "cli/tuning/labelled_data.h"
#include "core/shown_text.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {
namespace {

// The rows of that part, in their order.
absl::Status WriteRows(const std::filesystem::path& from, DataRole role,
                       const std::vector<RowPart>& parts, const std::filesystem::path& to) {
  absl::StatusOr<DataArray> array = LoadDataFile(from, role);
  if (!array.ok()) return array.status();
  const std::size_t rows = static_cast<std::size_t>(array->shape[0]);
  if (rows != parts.size()) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} rows, its labels {}", Shown(from.string()), rows, parts.size()));
  }
  const std::size_t bytes = array->data.size() / rows;
  std::vector<std::byte> kept;
  for (std::size_t row = 0; row < rows; ++row) {
    if (parts[row] != RowPart::kTest) continue;
    const auto begin = array->data.begin() + static_cast<std::ptrdiff_t>(row * bytes);
    kept.insert(kept.end(), begin, begin + static_cast<std::ptrdiff_t>(bytes));
  }
  array->shape[0] = static_cast<std::int64_t>(kept.size() / std::max<std::size_t>(bytes, 1));
  array->data = std::move(kept);
  return WriteNpy(to, *array);
}

}  // namespace

absl::StatusOr<std::filesystem::path> DemoReadings(const std::string& task,
                                                   const std::filesystem::path& models,
                                                   const std::filesystem::path& data,
                                                   const std::filesystem::path& scratch,
                                                   std::ostream& out) {
  if (data.empty() || FindTestFiles(task, data).ok()) return data;
  const auto whole = FindWholeFiles(task, data);
  if (!whole.ok()) return data;
  const auto parts = PartsOf(*whole, models / task);
  if (!parts.ok()) return parts.status();
  const auto held = std::ranges::count(*parts, RowPart::kTest);
  if (held == 0) {
    fmt::print(out, "replaying all of {}: {}\n", Shown(whole->windows.string()),
               parts->empty() ? "whether the nets were trained on it nobody says"
                              : "the nets were trained on it, so that they do too well");
    return data;
  }
  const std::filesystem::path folder = scratch / "readings";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  absl::Status written =
      WriteRows(whole->windows, DataRole::kWindows, *parts, folder / "X_test.npy");
  if (written.ok()) {
    written = WriteRows(whole->labels, DataRole::kLabels, *parts, folder / "y_test.npy");
  }
  if (!written.ok()) return written;
  fmt::print(out, "replaying the {} readings of {} that training held back as test part\n", held,
             Shown(whole->windows.string()));
  return folder;
}

}  // namespace biglittle
