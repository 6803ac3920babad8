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
#include "nn/operators/normalization.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// Scale and bias: one a group in opset 18, one a channel since 21.
absl::StatusOr<Lowered> LowerGroupNormalization(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Float(0);
  if (!input.ok()) return input.status();
  if (input->rank() < 3) return node.Invalid("its input has no channels");
  Attributes attributes(node);
  const std::int64_t groups = attributes.Int("num_groups", 0);
  const float epsilon = attributes.Float("epsilon", 1e-5F);
  attributes.Ignore("stash_type");  // the precision of the statistics: ours is double
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const std::int64_t channels = input->dims[1];
  if (groups < 1 || channels % groups != 0 || !(epsilon > 0.0F)) {
    return node.Invalid(fmt::format("{} groups of {} channels", groups, channels));
  }
  absl::StatusOr<ConstantPtr> scale = node.FloatConstant(1);
  if (!scale.ok()) return scale.status();
  absl::StatusOr<ConstantPtr> bias = node.FloatConstant(2);
  if (!bias.ok()) return bias.status();
  const std::int64_t count = (*scale)->type.elements();
  if ((count != groups && count != channels) || (*bias)->type.elements() != count) {
    return node.Invalid("its scale and bias do not fit");
  }
  absl::StatusOr<TensorType> output = node.Output(input->dims);
  if (!output.ok()) return output.status();
  const std::int64_t of_group = channels / groups;
  const std::int64_t samples = input->dims[0] == kBatch ? 1 : input->dims[0];
  const std::int64_t pixels = Product(input->dims, 2, input->rank());
  const std::int64_t shared = count == channels ? 1 : of_group;  // channels with the same numbers
  return LowerSamples(node, {0}, *std::move(output), {}, "group normalization",
                      [=, scale = *scale, bias = *bias](const Sample& sample) {
                        for (std::int64_t item = 0; item < samples * groups; ++item) {
                          const std::int64_t g = item % groups;
                          const std::int64_t first = item * of_group * pixels;
                          const Standardisation s =
                              Standardise(sample.inputs[0] + first, of_group * pixels, epsilon);
                          for (std::int64_t i = 0; i < of_group * pixels; ++i) {
                            const auto c =
                                static_cast<std::size_t>((g * of_group + i / pixels) / shared);
                            sample.output[first + i] = (sample.inputs[0][first + i] - s.mean) *
                                                           s.factor * scale->floats[c] +
                                                       bias->floats[c];
                          }
                        }
                      });
}

}  // namespace biglittle::nn
