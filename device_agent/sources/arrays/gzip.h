// gzip (RFC 1952) of whole buffers. The only file that knows zlib is gzip.cc.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// True if `bytes` begin as a gzip file does.
bool IsGzip(std::span<const std::byte> bytes);

// Unpacks one or several members, as gzip itself does; zeros may follow. Errors: damaged or
// cut-short data, other bytes after the last member, more than `limit` bytes unpacked (a small file
// can claim gigabytes).
absl::StatusOr<std::vector<std::byte>> Gunzip(std::span<const std::byte> packed, std::size_t limit);

// One member without name and time: the same bytes for the same input.
absl::StatusOr<std::vector<std::byte>> Gzip(std::span<const std::byte> bytes);

}  // namespace biglittle
