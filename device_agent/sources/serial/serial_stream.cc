#include "device_agent/sources/serial/serial_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace biglittle {
namespace {

constexpr std::array<std::pair<std::uint32_t, speed_t>, 19> kSpeeds{{
    {1200, B1200},         {2400, B2400},         {4800, B4800},         {9600, B9600},
    {19'200, B19200},      {38'400, B38400},      {57'600, B57600},      {115'200, B115200},
    {230'400, B230400},    {460'800, B460800},    {500'000, B500000},    {576'000, B576000},
    {921'600, B921600},    {1'000'000, B1000000}, {1'152'000, B1152000}, {1'500'000, B1500000},
    {2'000'000, B2000000}, {3'000'000, B3000000}, {4'000'000, B4000000},
}};

std::optional<speed_t> SpeedOf(std::uint32_t rate) {
  const auto found = std::ranges::find(kSpeeds, rate, &std::pair<std::uint32_t, speed_t>::first);
  return found == kSpeeds.end() ? std::nullopt : std::optional(found->second);
}

tcflag_t SizeFlag(std::uint8_t data_bits) {
  constexpr std::array<tcflag_t, 4> kSizes{CS5, CS6, CS7, CS8};
  return kSizes[static_cast<std::size_t>(data_bits - 5)];
}

bool Apply(int port, const SerialLine& line) {
  termios settings{};
  if (tcgetattr(port, &settings) != 0) return false;
  cfmakeraw(&settings);
  settings.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
  settings.c_cflag |= SizeFlag(line.data_bits) | CREAD | CLOCAL;
  if (line.parity != Parity::kNone) settings.c_cflag |= PARENB;
  if (line.parity == Parity::kOdd) settings.c_cflag |= PARODD;
  if (line.stop_bits == 2) settings.c_cflag |= CSTOPB;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  const speed_t speed = SpeedOf(line.baud_rate).value_or(B115200);
  return cfsetispeed(&settings, speed) == 0 && cfsetospeed(&settings, speed) == 0 &&
         tcsetattr(port, TCSANOW, &settings) == 0;
}

}  // namespace

bool IsBaudRate(std::uint32_t rate) { return SpeedOf(rate).has_value(); }

absl::StatusOr<int> SerialStream::Open() {
  port_ = Descriptor(open(line_.port.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  const auto failed = [&](const char* what) {
    return absl::UnavailableError(
        fmt::format("{} {}: {}", line_.port.string(), what, std::strerror(errno)));
  };
  if (!port_.valid()) return failed("cannot be opened");
  if (ioctl(port_.get(), TIOCEXCL) != 0 || !Apply(port_.get(), line_)) {
    return failed("is no serial line that can be set up");
  }
  tcflush(port_.get(), TCIFLUSH);
  return port_.get();
}

absl::Status SerialStream::WhyEnded() {
  return absl::UnavailableError(fmt::format("{} is gone: unplugged?", line_.port.string()));
}

}  // namespace biglittle
