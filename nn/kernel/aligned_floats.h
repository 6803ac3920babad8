// Floats whose first lies at the start of a cache line, as vector instructions like it best.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "core/memory_bytes.h"

namespace biglittle::nn {

// Fixed size, zeros at first. Throws std::bad_alloc.
class AlignedFloats {
 public:
  static constexpr std::int64_t kAlignment = 64;  // bytes
  static constexpr std::int64_t kFloats = kAlignment / static_cast<std::int64_t>(sizeof(float));

  AlignedFloats() = default;
  explicit AlignedFloats(std::int64_t count) : count_(count) {
    const auto bytes = MemoryBytes(RoundUp(std::max<std::int64_t>(count, 1)), sizeof(float));
    if (bytes) data_.reset(static_cast<float*>(std::aligned_alloc(kAlignment, *bytes)));
    if (data_ == nullptr) throw std::bad_alloc();
    std::fill_n(data_.get(), count, 0.0F);
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::int64_t size() const { return count_; }

  // The next multiple of a cache line.
  static constexpr std::int64_t RoundUp(std::int64_t floats) {
    return (floats + kFloats - 1) / kFloats * kFloats;
  }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float[], Free> data_;
  std::int64_t count_ = 0;
};

}  // namespace biglittle::nn
