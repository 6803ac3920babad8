// Whether recorded windows lie in memory as a net takes them. Their number of elements does not
// tell: 128x9 has as many as 9x128, in another order, and a net answers for it all the same.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace biglittle {

// True if windows of shape `found` hold the elements of `wanted` in the same order: the two differ
// by extents of one at most, or `found` is flat.
bool SameLayout(const Shape& found, const Shape& wanted);

// The axes of `found` in the order that makes it `wanted`, as numpy's transpose takes them; nullopt
// if none does, or none is needed. Of axes that are equally long the first one goes first.
std::optional<std::vector<std::size_t>> ExchangedAxes(const Shape& found, const Shape& wanted);

// What mends windows of a shape that is refused, for the end of a message; empty if it is not just
// another order of the axes. `axes_before`: how many axes an array has before those of a window.
std::string LayoutMend(const Shape& found, const Shape& wanted, std::size_t axes_before);

}  // namespace biglittle
