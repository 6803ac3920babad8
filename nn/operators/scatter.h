// What a scattered update does to what is there.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

enum class Joining : std::uint8_t { kNone, kAdd, kMul, kMax, kMin };

// From the attribute `reduction`.
absl::StatusOr<Joining> JoiningOf(const NodeView& node, const std::string& name);
float Join(Joining joining, float old, float update);

}  // namespace biglittle::nn
