// What requests are called on their way to the workers and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace biglittle {

// Not thread-safe.
class RequestIds {
 public:
  explicit RequestIds(std::string run) : run_(std::move(run)) {}

  // "<run>/<32 hex digits>": 128 random bits of the kernel's, so that nobody can answer a request
  // that he was not given. The run in front lets a worker put the answers to several requests of
  // one run into one message. Throws std::system_error if the kernel has none.
  std::string Next();

 private:
  static constexpr std::size_t kAtOnce = 16;  // getentropy gives 256 bytes at most

  const std::string run_;
  std::array<std::array<std::uint64_t, 2>, kAtOnce> bits_{};
  std::size_t left_ = 0;
};

}  // namespace biglittle
