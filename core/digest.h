// SHA-256 of files and buffers, to tell that a model is the one that was meant.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle {

// 64 lower-case hex digits.
std::string Sha256(std::span<const std::byte> bytes);
absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path);

}  // namespace biglittle
