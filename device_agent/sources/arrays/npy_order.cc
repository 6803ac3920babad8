#include "device_agent/sources/arrays/npy_order.h"

#include <algorithm>
#include <cstdint>

namespace biglittle {
namespace {

// Counts `index` on, the last dimension fastest. From the last index it goes to the first.
void Advance(std::vector<std::size_t>& index, const Shape& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (++index[axis] < static_cast<std::size_t>(shape[axis])) return;
    index[axis] = 0;
  }
}

// Where the element is in Fortran's order.
std::size_t FortranPosition(const std::vector<std::size_t>& index, const Shape& shape) {
  std::size_t position = 0;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    position = position * static_cast<std::size_t>(shape[axis]) + index[axis];
  }
  return position;
}

}  // namespace

void SwapBytes(std::span<std::byte> data, std::size_t size) {
  for (; !data.empty(); data = data.subspan(size)) std::ranges::reverse(data.first(size));
}

std::vector<std::byte> FromFortranOrder(std::span<const std::byte> data, const Shape& shape,
                                        std::size_t size) {
  std::vector<std::byte> ordered;
  ordered.reserve(data.size());
  std::vector<std::size_t> index(shape.size());
  while (ordered.size() < data.size()) {
    const auto element = data.subspan(FortranPosition(index, shape) * size, size);
    ordered.insert(ordered.end(), element.begin(), element.end());
    Advance(index, shape);
  }
  return ordered;
}

}  // namespace biglittle
