#include "device_agent/escalation/request_id.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace biglittle {

std::string RequestIds::Next() {
  if (left_ == 0) {
    if (getentropy(bits_.data(), sizeof bits_) != 0) {
      throw std::system_error(errno, std::generic_category(), "getentropy");
    }
    left_ = kAtOnce;
  }
  const auto [high, low] = bits_[--left_];
  return fmt::format("{}/{:016x}{:016x}", run_, high, low);
}

}  // namespace biglittle
