// Data files of every kind that is read: .npy, IDX or CIFAR-10's, gzip-compressed or not, told
// apart by what is in them, not by their names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

// What is wanted of a file. Only one kind holds both: CIFAR-10's.
enum class DataRole : std::uint8_t { kWindows, kLabels };

// The array in `path`. Every error begins with the path and says what is wrong with the file.
absl::StatusOr<DataArray> LoadDataFile(const std::filesystem::path& path,
                                       DataRole role = DataRole::kWindows);

// The same for a file's bytes; the message does not name a file. `limit` bounds what may be
// unpacked.
absl::StatusOr<DataArray> ParseData(std::span<const std::byte> bytes,
                                    std::size_t limit = kMaxDataBytes,
                                    DataRole role = DataRole::kWindows);

// The elements of a column of integers: [count] or [count, 1]. The message of an error says what
// the column must be.
absl::StatusOr<std::vector<std::int64_t>> AsIntegers(const DataArray& array);

// One label a window: `labels` must be [count] or [count, 1] of integers from 0 to classes - 1.
absl::StatusOr<std::vector<int>> AsLabels(const DataArray& labels, std::int64_t count,
                                          std::size_t classes);

// Loads each file once, for a process in which several devices replay the same file. Thread-safe.
// The arrays are shared and constant: each lives as long as this or one of its users.
class DataFiles {
 public:
  absl::StatusOr<std::shared_ptr<const DataArray>> Load(const std::filesystem::path& path,
                                                        DataRole role = DataRole::kWindows);

 private:
  // Protected by mutex_, which is held while a file is read so that nobody reads it twice.
  std::mutex mutex_;
  std::map<std::pair<std::filesystem::path, DataRole>, std::shared_ptr<const DataArray>> loaded_;
};

}  // namespace biglittle
