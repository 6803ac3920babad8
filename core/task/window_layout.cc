#include "core/task/window_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace biglittle {
namespace {

// An extent of one moves no element.
Shape WithoutOnes(Shape shape) {
  std::erase(shape, 1);
  return shape;
}

}  // namespace

bool SameLayout(const Shape& found, const Shape& wanted) {
  const auto elements = ElementCount(found);
  if (!elements || elements != ElementCount(wanted)) return false;
  const Shape extents = WithoutOnes(found);
  return extents.size() <= 1 || extents == WithoutOnes(wanted);
}

std::optional<std::vector<std::size_t>> ExchangedAxes(const Shape& found, const Shape& wanted) {
  if (SameLayout(found, wanted)) return std::nullopt;
  std::vector<std::size_t> axes;
  std::vector<bool> used(found.size());
  const auto take = [&](std::size_t axis) {
    used[axis] = true;
    axes.push_back(axis);
  };
  for (const std::int64_t extent : wanted) {
    std::size_t axis = 0;
    while (axis < found.size() && (used[axis] || found[axis] != extent)) ++axis;
    if (axis < found.size()) {
      take(axis);
    } else if (extent != 1) {
      return std::nullopt;
    }
  }
  for (std::size_t axis = 0; axis < found.size(); ++axis) {
    if (used[axis]) continue;
    if (found[axis] != 1) return std::nullopt;
    take(axis);
  }
  return axes;
}

std::string LayoutMend(const Shape& found, const Shape& wanted, std::size_t axes_before) {
  const auto exchanged = ExchangedAxes(found, wanted);
  if (!exchanged) return "";
  std::vector<std::size_t> axes(axes_before);
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  for (const std::size_t axis : *exchanged) axes.push_back(axes_before + axis);
  return fmt::format(": its axes are exchanged; mend it with numpy's array.transpose({})",
                     fmt::join(axes, ", "));
}

}  // namespace biglittle
