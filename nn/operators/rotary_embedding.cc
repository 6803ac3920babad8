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

// Of opset 23: pairs of numbers are turned by angles whose cosines and sines are given, for each
// position: [positions, half] looked up by position_ids, or [batch, positions, half] without.
// Source: J. Su et al., "RoFormer", 2021.
absl::StatusOr<Lowered> LowerRotaryEmbedding(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const bool interleaved = attributes.Int("interleaved", 0) != 0;
  const std::int64_t given_heads = attributes.Int("num_heads", 0);
  const std::int64_t given_turned = attributes.Int("rotary_embedding_dim", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const Dims& dims = type->dims;
  const bool flat = dims.size() == 3;
  if ((!flat && dims.size() != 4) || (flat && (given_heads < 1 || dims[2] % given_heads != 0))) {
    return node.Invalid(fmt::format("its input {} has no heads", ToString(dims)));
  }
  const std::int64_t samples = dims[0] == kBatch ? 1 : dims[0];
  const std::int64_t heads = flat ? given_heads : dims[1];
  const std::int64_t rows = flat ? dims[1] : dims[2];
  const std::int64_t width = flat ? dims[2] / heads : dims[3];
  const std::int64_t turned = given_turned == 0 ? width : given_turned;
  const std::int64_t half = turned / 2;
  if (turned < 2 || turned > width || turned % 2 != 0) return node.Invalid("an odd width");
  const bool by_position = node.Has(3);
  const Dims& table = node.Type(1).dims;
  const std::int64_t table_rows = by_position && table.size() == 2 ? table[0] : 0;
  const Dims expected = by_position ? Dims{table_rows, half} : Dims{dims[0], rows, half};
  const Dims single = {1, rows, half};
  if ((table != expected && table != single) || node.Type(2).dims != table ||
      (by_position && (table_rows < 1 || node.Type(3).dims != Dims{dims[0], rows}))) {
    return node.Unsupported("its tables do not fit");
  }
  const std::int64_t table_sample = table == single ? 0 : rows * half;
  absl::StatusOr<TensorType> output = node.Output(dims);
  if (!output.ok()) return output.status();
  std::vector<int> inputs = {0, 1, 2};
  if (by_position) inputs.push_back(3);
  return LowerSamples(
      node, inputs, *std::move(output), {}, "rotary embedding", [=](const Sample& sample) {
        for (std::int64_t item = 0; item < samples * heads * rows; ++item) {
          const std::int64_t n = item / (heads * rows);
          const std::int64_t h = item / rows % heads;
          const std::int64_t r = item % rows;
          const std::int64_t first = flat ? ((n * rows + r) * heads + h) * width : item * width;
          std::int64_t at = n * table_sample + r * half;
          if (by_position) {
            const float position = sample.inputs[3][n * rows + r];
            const auto most = static_cast<float>(table_rows - 1);
            at = static_cast<std::int64_t>(std::min(std::max(0.0F, position), most)) * half;
          }
          const float* const x = sample.inputs[0] + first;
          float* const y = sample.output + first;
          for (std::int64_t i = 0; i < half; ++i) {
            const std::int64_t a = interleaved ? 2 * i : i;
            const std::int64_t b = interleaved ? 2 * i + 1 : i + half;
            const float cosine = sample.inputs[1][at + i];
            const float sine = sample.inputs[2][at + i];
            const float left = x[a];
            const float right = x[b];
            y[a] = cosine * left - sine * right;
            y[b] = sine * left + cosine * right;
          }
          std::copy(x + turned, x + width, y + turned);
        }
      });
}

}  // namespace biglittle::nn
