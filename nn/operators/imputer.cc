#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// A missing value, which may be NaN, becomes that of its column.
absl::StatusOr<Lowered> LowerImputer(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  std::vector<float> imputed = attributes.Floats("imputed_value_floats");
  const auto ints = attributes.Ints("imputed_value_int64s");
  const bool of_ints = attributes.Has("replaced_value_int64") && imputed.empty();
  const float replaced_float = attributes.AnyFloat("replaced_value_float", 0.0F);
  const std::int64_t replaced_int = attributes.Int("replaced_value_int64", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const float replaced = of_ints ? static_cast<float>(replaced_int) : replaced_float;
  for (const std::int64_t value : ints) imputed.push_back(static_cast<float>(value));
  const std::int64_t columns = type->dims.empty() ? 1 : type->dims.back();
  if (imputed.empty() || (imputed.size() > 1 && std::ssize(imputed) != columns)) {
    return node.Invalid("it has not a value for each column");
  }
  absl::StatusOr<TensorType> output = node.Output(type->dims, type->element);
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0}, *std::move(output), {}, "imputer",
                      [=, elements = type->elements()](const Sample& sample) {
                        for (std::int64_t i = 0; i < elements; ++i) {
                          const float x = sample.inputs[0][i];
                          const bool missing = std::isnan(replaced) ? std::isnan(x) : x == replaced;
                          sample.output[i] =
                              missing ? imputed[static_cast<std::size_t>(i) % imputed.size()] : x;
                        }
                      });
}

}  // namespace biglittle::nn
