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
#include "nn/operators/integer_matmul.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// uint8 by the range of all numbers; the scale and the zero point are outputs too.
absl::StatusOr<Lowered> LowerDynamicQuantizeLinear(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  if (type->has_batch()) {
    return node.Unsupported("it quantizes by the range of all samples of the batch");
  }
  const int what = node.output_index();
  absl::StatusOr<TensorType> output = node.Output(
      what == 0 ? type->dims : Dims{}, what == 1 ? ElementType::kFloat32 : ElementType::kUint8);
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0}, *std::move(output), {}, "dynamic quantize",
                      [what, count = type->elements()](const Sample& sample) {
                        const DynamicRange range = RangeOfFloats(sample.inputs[0], count);
                        if (what == 1) {
                          *sample.output = range.scale;
                        } else if (what == 2) {
                          *sample.output = range.zero_point;
                        } else {
                          for (std::int64_t i = 0; i < count; ++i) {
                            sample.output[i] = QuantiseByte(sample.inputs[0][i], range);
                          }
                        }
                      });
}

}  // namespace biglittle::nn
