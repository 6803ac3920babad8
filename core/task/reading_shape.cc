#include "core/task/reading_shape.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace biglittle {
namespace {

constexpr std::size_t kMaxDimensions = 8;
// What fits into the largest message that a fleet file allows.
constexpr std::int64_t kMaxReadingBytes = std::int64_t{64} << 20;
constexpr WholeRange kDimension{1, kMaxReadingBytes};

}  // namespace

Key<Task> ReadingShapeKey(std::string help) {
  return OwnKey<Task>(
      "shape",
      {ListShape{.least = 1, .most = kMaxDimensions, .element = Each({WholeShape{kDimension}})}},
      {.help = std::move(help),
       .range = fmt::format("1 to {} dimensions, {} MiB a reading", kMaxDimensions,
                            kMaxReadingBytes >> 20)},
      Need::kRequired);
}

std::optional<Shape> ReadReadingShape(const YamlNode& node, std::size_t element_bytes,
                                      Problems& problems) {
  const auto* items = ReadList(node, "shape", 1, kMaxDimensions, problems);
  if (items == nullptr) return std::nullopt;
  Shape shape;
  for (const YamlNode* item : *items) {
    const auto dimension = ReadWhole(*item, "shape", kDimension, problems);
    if (!dimension) return std::nullopt;
    shape.push_back(*dimension);
  }
  const auto elements = ElementCount(shape);
  if (!elements || *elements * static_cast<std::int64_t>(element_bytes) > kMaxReadingBytes) {
    problems.Add(node, fmt::format("'shape' {} is more than {} bytes a reading", ToString(shape),
                                   kMaxReadingBytes));
    return std::nullopt;
  }
  return shape;
}

}  // namespace biglittle
