// Functions of one byte, as a table of all that there are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {

// The bytes of the target's scale for those of `input`'s; target.bytes must be set.
simd::ByteTable RescalingTable(const ByteScale& input, const ByteTarget& target);
// The same with an element-wise function between, which `unary` computes of 256 floats as it does
// of any others; it must need no scratch.
simd::ByteTable TableOf(const Kernel& unary, const ByteScale& input, const ByteTarget& target);

// Applies a table; by arithmetic, which is faster, where that gives the same for every byte.
class ByteMap {
 public:
  ByteMap() = default;
  // The bytes of the target's scale for those of `input`'s; target.bytes must be set.
  ByteMap(const ByteScale& input, const ByteTarget& target);

  bool changes() const { return changes_; }  // any byte
  void Apply(const std::uint8_t* in, std::int64_t count, std::uint8_t* out) const;

 private:
  simd::ByteTable table_{};
  bool changes_ = false;
  bool scales_ = false;
  simd::ByteScaling scaling_;
};

// A step that replaces `elements` bytes of a sample.
std::unique_ptr<Kernel> MakeByteTable(const simd::ByteTable& table, std::int64_t elements,
                                      std::string name);

}  // namespace biglittle::nn
