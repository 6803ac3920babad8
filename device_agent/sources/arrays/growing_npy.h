// A .npy file that grows by rows, and is a whole one for whoever reads it after each Commit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/descriptor.h"
#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

// Rows are put behind those that are there; Commit then says in the front how many there are. A
// program that ends before leaves a file whose last rows nobody counts, and Open cuts them off.
//
// Not thread-safe. Errors are one line with the file's name.
class GrowingNpy {
 public:
  // The file, made if it is missing. `row`: the shape of one, empty for a number. InvalidArgument:
  // there is a file that has rows of another kind, or cannot grow, as one of Fortran's order; or a
  // row is more than an array holds.
  static absl::StatusOr<GrowingNpy> Open(const std::filesystem::path& path, ElementType type,
                                         const Shape& row);

  // Those that were there or were appended since, committed or not.
  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return front_bytes_ + rows_ * row_bytes_; }

  // One or more whole rows. ResourceExhausted: an array of more than kMaxDataBytes, which nobody
  // reads. After an error the file has the rows that it had before.
  absl::Status Append(std::span<const std::byte> rows);
  absl::Status Commit();
  // Only the first `rows` stay, committed.
  absl::Status CutTo(std::uint64_t rows);
  // The elements of all rows. For files that fit into memory.
  absl::StatusOr<DataArray> Read() const;

 private:
  GrowingNpy(std::filesystem::path path, ElementType type, Shape row);

  absl::Status OpenFile();
  absl::Status ReadFront();
  absl::Status Refused(const std::string& why) const;
  Shape ShapeOf(std::uint64_t rows) const;

  // Constant after Open.
  std::filesystem::path path_;
  ElementType type_;
  Shape row_;
  std::uint64_t row_bytes_;
  std::size_t front_bytes_;

  Descriptor file_;
  std::uint64_t rows_ = 0;
};

}  // namespace biglittle
