// How Linux's industrial I/O writes the samples of a buffer: see the kernel's
// Documentation/ABI/testing/sysfs-bus-iio, in_<channel>_type and in_<channel>_index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// One value: `bits` of a number of `storage_bits`, `shift` from its low end.
struct ScanElement {
  bool big_endian = false;
  bool is_signed = false;
  unsigned bits = 0;          // 1 to storage_bits
  unsigned storage_bits = 0;  // 8, 16, 32 or 64
  unsigned repeat = 1;        // so many numbers one after the other
  unsigned shift = 0;         // less than storage_bits

  bool operator==(const ScanElement&) const = default;

  std::size_t bytes() const { return storage_bits / 8 * repeat; }
};

// Of a text like le:s12/16>>4 or be:u8/8X4>>0. InvalidArgument, one line that quotes it.
absl::StatusOr<ScanElement> ParseScanElement(std::string_view type);

// The first number of an element, of at least storage_bits / 8 bytes.
double ScanValue(const ScanElement& element, std::span<const std::byte> bytes);

// A channel of a scan. The physical value is (number + offset) * scale.
struct ScanChannel {
  std::string name;
  std::uint32_t index = 0;  // its place among the channels of the scan
  ScanElement element;
  double scale = 1.0;
  double offset = 0.0;
};

// Where the channels lie in a scan: in the order of their indices, each at a multiple of its own
// size; the scan itself ends at a multiple of the largest.
class ScanLayout {
 public:
  ScanLayout() = default;
  // All channels that are enabled; frames have them in this order. InvalidArgument: two with one
  // index, or one that holds several numbers.
  static absl::StatusOr<ScanLayout> Make(std::vector<ScanChannel> channels);

  std::size_t scan_bytes() const { return scan_bytes_; }
  // Adds the physical values of a whole scan to `frames`.
  void Decode(std::span<const std::byte> scan, std::vector<float>& frames) const;

 private:
  std::vector<ScanChannel> channels_;
  std::vector<std::size_t> places_;  // of each, in bytes
  std::size_t scan_bytes_ = 0;
};

}  // namespace biglittle
