#include "nn/operators/window_function.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/whole_number.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kFloat = 1;  // ONNX's number of float32

}  // namespace

absl::StatusOr<Lowered> LowerWindowFunction(const NodeView& node,
                                            const std::array<double, 3>& coefficients) {
  Attributes attributes(node);
  const bool periodic = attributes.Int("periodic", 1) != 0;
  const std::int64_t type = attributes.Int("output_datatype", kFloat);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (type != kFloat) return node.Unsupported("its output is no float32");
  const auto size = WholeNumber(node, 0, "its size");
  if (!size.ok()) return size.status();
  const absl::StatusOr<TensorType> output = node.Output({*size});
  if (!output.ok()) return output.status();
  const auto period = static_cast<double>(std::max<std::int64_t>(1, *size - (periodic ? 0 : 1)));
  std::vector<float> values;
  for (std::int64_t k = 0; k < *size; ++k) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) / period;
    values.push_back(static_cast<float>(coefficients[0] - coefficients[1] * std::cos(angle) +
                                        coefficients[2] * std::cos(2.0 * angle)));
  }
  return Lowered{*output,
                 std::make_shared<const Constant>(Constant{*output, std::move(values), {}})};
}

}  // namespace biglittle::nn
