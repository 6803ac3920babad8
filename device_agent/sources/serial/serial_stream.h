// The bytes of a serial line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "absl/status/statusor.h"

#include "core/descriptor.h"
#include "device_agent/sources/stream/byte_stream.h"

namespace biglittle {

enum class Parity : std::uint8_t { kNone, kEven, kOdd };

struct SerialLine {
  std::filesystem::path port;
  std::uint32_t baud_rate = 115'200;
  std::uint8_t data_bits = 8;  // 5 to 8
  Parity parity = Parity::kNone;
  std::uint8_t stop_bits = 1;  // 1 or 2

  bool operator==(const SerialLine&) const = default;
};

// Whether termios has that speed.
bool IsBaudRate(std::uint32_t rate);

// Opened for us alone, raw: no echo, no signals, no translation, no flow control. What has come
// before it was opened is thrown away. A line that is unplugged is a failure.
class SerialStream final : public ByteStream {
 public:
  explicit SerialStream(SerialLine line) : line_(std::move(line)) {}

  absl::StatusOr<int> Open() override;
  void Close() override { port_.Reset(); }
  absl::Status WhyEnded() override;

 private:
  const SerialLine line_;
  Descriptor port_;
};

}  // namespace biglittle
