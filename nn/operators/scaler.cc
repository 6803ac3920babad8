#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

// (x - offset) * scale, a number for each column or one for all.
absl::StatusOr<Lowered> LowerScaler(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const auto offset = attributes.Floats("offset");
  const auto scale = attributes.Floats("scale");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const std::int64_t columns = type->dims.empty() ? 1 : type->dims.back();
  const auto fits = [&](const std::vector<float>& list) {
    return list.size() <= 1 || static_cast<std::int64_t>(list.size()) == columns;
  };
  if (!fits(offset) || !fits(scale)) {
    return node.Invalid(fmt::format("{} offsets and {} scales for {} columns", offset.size(),
                                    scale.size(), columns == kBatch ? 1 : columns));
  }
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {}, "scaler",
      [=, elements = type->elements()](const Sample& sample) {
        const auto at = [](const std::vector<float>& list, std::size_t i, float none) {
          return list.empty() ? none : list[i % list.size()];
        };
        for (std::int64_t i = 0; i < elements; ++i) {
          const auto k = static_cast<std::size_t>(i);
          sample.output[i] = (sample.inputs[0][i] - at(offset, k, 0.0F)) * at(scale, k, 1.0F);
        }
      });
}

}  // namespace biglittle::nn
