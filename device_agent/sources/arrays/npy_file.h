// NumPy's array files, .npy and .npy.gz.
//
// Read: format versions 1.0 to 3.0, the element types of data_array.h in either order of their
// bytes, C's or Fortran's order of the elements. Source: NumPy's documentation, "numpy.lib.format".
// Its header is a Python literal; only the literal that NumPy itself writes is understood, nothing
// is evaluated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"
#include "device_agent/sources/arrays/npy_header.h"

namespace biglittle {

// True if `bytes` begin as a .npy file does.
bool IsNpy(std::span<const std::byte> bytes);

// True if `bytes` begin as an .npz file does, NumPy's archive of arrays, which is a zip archive.
bool IsNpz(std::span<const std::byte> bytes);

// Where the text header of a file is.
struct NpyBeginning {
  std::string_view header;
  std::size_t bytes = 0;  // of all that stands before the elements
};

// nullopt: `bytes`, as far as they go, are the beginning of one. An error where they are of no
// .npy, of a version that is not read, or of a header of more than 64 KiB.
absl::StatusOr<std::optional<NpyBeginning>> FindNpyBeginning(std::span<const std::byte> bytes);

// An error unless as many bytes follow the header as elements of that type and shape `need`.
absl::Status CheckNpyData(std::string_view type, const Shape& shape, std::size_t need,
                          std::size_t found);

// What stands before the elements.
struct NpyFront {
  NpyHeader header;
  std::size_t bytes = 0;       // of the front itself
  std::size_t data_bytes = 0;  // that follow it
};

// nullopt: `bytes`, as far as they go, are the beginning of one. Errors as ParseNpy's.
absl::StatusOr<std::optional<NpyFront>> ReadNpyFront(std::span<const std::byte> bytes);

// The array behind a front of this header; `data` has the front's data_bytes.
DataArray NpyArray(const NpyHeader& header, std::span<const std::byte> data);

// What stands before the elements of an array that is written, version 1.0: at least `least` bytes.
std::string NpyFrontText(ElementType type, const Shape& shape, std::size_t least = 0);

// The whole of an unpacked file. The message of an error says what is wrong, not which file.
absl::StatusOr<DataArray> ParseNpy(std::span<const std::byte> bytes);

// Writes version 1.0; gzip-compressed if the name ends in ".gz". The file appears under its name
// only when it is complete. `data` must have as many bytes as `type` and `shape` need. LoadDataFile
// (data_file.h) reads it back.
absl::Status WriteNpy(const std::filesystem::path& path, ElementType type, const Shape& shape,
                      std::span<const std::byte> data);
absl::Status WriteNpy(const std::filesystem::path& path, const DataArray& array);

}  // namespace biglittle
