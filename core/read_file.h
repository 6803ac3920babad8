// A file read whole, as long as it is not too large.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle {

// The content of a regular file of at most `most` bytes; where it grows meanwhile, what it has by
// then. Thread-safe. Errors are one line without the file's name: NotFound; InvalidArgument: a
// folder, a pipe, a device; PermissionDenied; ResourceExhausted: too large; DataLoss: it cannot be
// read to its end.
absl::StatusOr<std::string> ReadWholeFile(const std::filesystem::path& path, std::size_t most);

}  // namespace biglittle
