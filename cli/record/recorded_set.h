// A folder of labelled windows as `train` takes it, which grows by a session at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"
#include "device_agent/sources/arrays/growing_npy.h"

namespace biglittle {

// What the folder has of a class.
struct ClassCount {
  std::string label;
  std::uint64_t windows = 0;
  std::size_t sessions = 0;
};

// X.npy, y.npy, labels.txt and groups.npy: one group a session. After each Commit they are whole; a
// program that ends before leaves what was committed. Not thread-safe. Errors are one line with the
// file's name.
class RecordedSet {
 public:
  // Begins one more session of windows of `label` in `folder`, which is made if it is missing.
  // InvalidArgument: what is there is of windows of another kind, or its files do not fit to each
  // other.
  static absl::StatusOr<RecordedSet> Begin(const std::filesystem::path& folder,
                                           const std::string& label, ElementType type,
                                           const Shape& window);

  // Errors as GrowingNpy::Append; the window is left out then.
  absl::Status Add(std::span<const std::byte> window);
  absl::Status Commit();
  // The session ends; a folder in which there is nothing yet is left as it was found.
  absl::Status End();

  std::uint64_t added() const { return added_; }
  // In all.
  std::uint64_t bytes() const { return windows_.bytes(); }
  // By label, as labels.txt has them.
  std::vector<ClassCount> counts() const { return counts_; }

 private:
  RecordedSet(GrowingNpy windows, GrowingNpy labels, GrowingNpy groups);

  absl::Status TakeUp(const std::filesystem::path& folder, const std::string& label);
  absl::Status Tally();

  std::filesystem::path folder_;
  GrowingNpy windows_;
  GrowingNpy labels_;
  GrowingNpy groups_;
  std::vector<ClassCount> counts_;
  std::int32_t label_ = 0;
  std::int32_t group_ = 0;
  std::uint64_t added_ = 0;
};

}  // namespace biglittle
