#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

// Batch, heads, rows and columns of queries, keys or values, from 3 or 4 dimensions.
struct Heads {
  std::int64_t heads = 1;
  std::int64_t rows = 1;
  std::int64_t width = 1;
  std::int64_t row_stride = 0;
  std::int64_t head_stride = 0;
};

struct AttentionShape {
  std::int64_t samples = 1;  // of the operands, within a sample of the net
  Heads q, k, v;
  bool causal = false;
  bool flat_output = false;  // 3 dimensions
  float scale = 1.0F;
  float softcap = 0.0F;
  std::array<std::int64_t, 4> mask{};  // strides: sample, head, row, column
  bool has_mask = false;
  bool boolean_mask = false;
};

absl::StatusOr<Heads> HeadsOf(const NodeView& node, int input, std::int64_t given) {
  const absl::StatusOr<TensorType> type = node.Float(input);
  if (!type.ok()) return type.status();
  const Dims& dims = type->dims;
  if (dims.size() == 4) {
    return Heads{dims[1], dims[2], dims[3], dims[3], dims[2] * dims[3]};
  }
  if (dims.size() != 3 || given < 1 || dims[2] % given != 0) {
    return node.Invalid(fmt::format("input {} {} has not {} heads", input, ToString(dims), given));
  }
  const std::int64_t width = dims[2] / given;
  return Heads{given, dims[1], width, dims[2], width};
}

// One head of one sample. `scores` has a number for each row of k.
void Attend(const AttentionShape& a, const float* q, const float* k, const float* v,
            const float* mask, float* scores, float* output, std::int64_t output_stride) {
  for (std::int64_t i = 0; i < a.q.rows; ++i) {
    float greatest = -std::numeric_limits<float>::infinity();
    for (std::int64_t j = 0; j < a.k.rows; ++j) {
      float sum = 0.0F;
      for (std::int64_t c = 0; c < a.q.width; ++c) {
        sum += q[i * a.q.row_stride + c] * k[j * a.k.row_stride + c];
      }
      sum *= a.scale;
      if (a.softcap > 0.0F) sum = a.softcap * std::tanh(sum / a.softcap);
      bool hidden = a.causal && j > i;
      if (a.has_mask) {
        const float m = mask[i * a.mask[2] + j * a.mask[3]];
        if (a.boolean_mask) {
          hidden = hidden || m == 0.0F;
        } else {
          sum += m;
        }
      }
      scores[j] = hidden ? -std::numeric_limits<float>::infinity() : sum;
      greatest = std::max(greatest, scores[j]);
    }
    float total = 0.0F;
    for (std::int64_t j = 0; j < a.k.rows; ++j) {
      scores[j] = std::isinf(greatest) ? 0.0F : std::exp(scores[j] - greatest);
      total += scores[j];
    }
    for (std::int64_t c = 0; c < a.v.width; ++c) {
      float sum = 0.0F;
      for (std::int64_t j = 0; j < a.k.rows; ++j) sum += scores[j] * v[j * a.v.row_stride + c];
      output[i * output_stride + c] = total > 0.0F ? sum / total : 0.0F;
    }
  }
}

void Attend(const AttentionShape& a, const Sample& sample) {
  const std::int64_t shared = a.q.heads / a.k.heads;
  const auto size = [](const Heads& h) { return h.heads * h.rows * h.width; };
  for (std::int64_t n = 0; n < a.samples; ++n) {
    for (std::int64_t h = 0; h < a.q.heads; ++h) {
      float* const output = sample.output + n * a.q.heads * a.q.rows * a.v.width +
                            h * (a.flat_output ? a.v.width : a.q.rows * a.v.width);
      const float* const mask =
          a.has_mask ? sample.inputs[3] + n * a.mask[0] + h * a.mask[1] : nullptr;
      Attend(a, sample.inputs[0] + n * size(a.q) + h * a.q.head_stride,
             sample.inputs[1] + n * size(a.k) + h / shared * a.k.head_stride,
             sample.inputs[2] + n * size(a.v) + h / shared * a.v.head_stride, mask, sample.scratch,
             output, a.flat_output ? a.q.heads * a.v.width : a.v.width);
    }
  }
}

absl::Status ReadMask(const NodeView& node, const Dims& scores, AttentionShape& a) {
  if (!node.Has(3)) return absl::OkStatus();
  const TensorType& type = node.Type(3);
  if (type.dims.size() > scores.size()) return node.Invalid("its mask has too many dimensions");
  const Dims wide = Widened(type.dims, scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (wide[i] != 1 && wide[i] != scores[i]) {
      return node.Unsupported(
          fmt::format("its mask {} does not fit scores {}", ToString(type.dims), ToString(scores)));
    }
  }
  const auto strides = BroadcastStrides(type.dims, scores);
  for (std::size_t i = 0; i < 4; ++i) a.mask[i] = strides[i];
  a.has_mask = true;
  a.boolean_mask = type.element == ElementType::kBool;
  return absl::OkStatus();
}

}  // namespace

// Of opset 23, without a memory of keys and values. Source: A. Vaswani et al., "Attention Is All
// You Need", 2017.
absl::StatusOr<Lowered> LowerAttention(const NodeView& node) {
  Attributes attributes(node);
  AttentionShape a;
  a.causal = attributes.Int("is_causal", 0) != 0;
  const std::int64_t q_heads = attributes.Int("q_num_heads", 0);
  const std::int64_t kv_heads = attributes.Int("kv_num_heads", 0);
  const float scale = attributes.Float("scale", 0.0F);
  a.softcap = attributes.Float("softcap", 0.0F);
  attributes.Ignore("softmax_precision");
  attributes.Ignore("qk_matmul_output_mode");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.Has(4) || node.Has(5) || node.Has(6)) {
    return node.Unsupported("a memory of keys and values from earlier calls");
  }
  const auto q = HeadsOf(node, 0, q_heads);
  const auto k = HeadsOf(node, 1, kv_heads);
  const auto v = HeadsOf(node, 2, kv_heads);
  for (const auto* heads : {&q, &k, &v}) {
    if (!heads->ok()) return heads->status();
  }
  a.q = *q;
  a.k = *k;
  a.v = *v;
  const Dims& dims = node.Type(0).dims;
  if (node.Type(1).dims[0] != dims[0] || node.Type(2).dims[0] != dims[0] || a.k.heads < 1 ||
      a.q.heads % a.k.heads != 0 || a.v.heads != a.k.heads || a.q.width != a.k.width ||
      a.v.rows != a.k.rows) {
    return node.Invalid("its queries, keys and values do not fit");
  }
  a.samples = dims[0] == kBatch ? 1 : dims[0];
  a.scale = scale > 0.0F ? scale : 1.0F / std::sqrt(static_cast<float>(a.q.width));
  a.flat_output = dims.size() == 3;
  if (absl::Status s = ReadMask(node, {dims[0], a.q.heads, a.q.rows, a.k.rows}, a); !s.ok()) {
    return s;
  }
  absl::StatusOr<TensorType> output =
      node.Output(a.flat_output ? Dims{dims[0], a.q.rows, a.q.heads * a.v.width}
                                : Dims{dims[0], a.q.heads, a.q.rows, a.v.width});
  if (!output.ok()) return output.status();
  std::int64_t work = a.samples * a.q.heads;
  for (const std::int64_t by : {a.q.rows, a.k.rows, a.q.width + a.v.width}) {
    if (__builtin_mul_overflow(work, by, &work)) return node.Invalid("it is too large");
  }
  std::vector<int> inputs = {0, 1, 2};
  if (a.has_mask) inputs.push_back(3);
  return LowerSamples(node, inputs, *std::move(output), {work, 0, a.k.rows}, "attention",
                      [a](const Sample& sample) { Attend(a, sample); });
}

}  // namespace biglittle::nn
