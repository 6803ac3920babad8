#include "nn/operators/class_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

namespace biglittle::nn {
namespace {

// P. J. Acklam's approximation of the inverse of the normal distribution would be closer; ONNX
// Runtime takes this one, by the inverse of erf: S. Winitzki, 2008.
float Probit(float x) {
  const float y = 2.0F * x - 1.0F;
  const float sign = y < 0.0F ? -1.0F : 1.0F;
  const float logarithm = std::log((1.0F - y) * (1.0F + y));
  const float v = 2.0F / (3.14159F * 0.147F) + 0.5F * logarithm;
  const float v2 = 1.0F / 0.147F * logarithm;
  return 1.41421356F * sign * std::sqrt(-v + std::sqrt(v * v - v2));
}

// Zeros stay, and do not count.
void Softmax(float* scores, std::int64_t count, bool keep_zeros) {
  constexpr float kZero = 0.0000001F;
  const float greatest = *std::max_element(scores, scores + count);
  float sum = 0.0F;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool zero = keep_zeros && std::fabs(scores[i]) < kZero;
    scores[i] = zero ? scores[i] * std::exp(-greatest) : std::exp(scores[i] - greatest);
    sum += scores[i];
  }
  for (std::int64_t i = 0; i < count; ++i) scores[i] /= sum;
}

}  // namespace

absl::StatusOr<ClassLabels> ReadClassLabels(const NodeView& node, Attributes& attributes) {
  ClassLabels labels;
  const auto texts = attributes.Texts("classlabels_strings");
  auto ints = attributes.Ints("classlabels_int64s");
  const auto old_ints = attributes.Ints("classlabels_ints");
  if (ints.empty()) ints = old_ints;
  if (!texts.empty()) {
    labels.texts = std::make_shared<const std::vector<std::string>>(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) labels.values.push_back(static_cast<float>(i));
  } else {
    for (const std::int64_t label : ints) {
      if (label > kMaxExactInteger || label < -kMaxExactInteger) {
        return node.Unsupported(fmt::format("the label {}, which no float32 equals", label));
      }
      labels.values.push_back(static_cast<float>(label));
    }
  }
  if (labels.values.empty()) return node.Invalid("it has no class labels");
  return labels;
}

absl::StatusOr<PostTransform> PostTransformOf(const NodeView& node, const std::string& name) {
  if (name == "NONE") return PostTransform::kNone;
  if (name == "LOGISTIC") return PostTransform::kLogistic;
  if (name == "SOFTMAX") return PostTransform::kSoftmax;
  if (name == "SOFTMAX_ZERO") return PostTransform::kSoftmaxZero;
  if (name == "PROBIT") return PostTransform::kProbit;
  return node.Invalid(fmt::format("post_transform {} is not known", Quote(name)));
}

float Logistic(float x) {
  const float magnitude = 1.0F / (1.0F + std::exp(-std::fabs(x)));
  return x < 0.0F ? 1.0F - magnitude : magnitude;
}

void Apply(PostTransform transform, float* scores, std::int64_t count) {
  switch (transform) {
    case PostTransform::kNone:
      return;
    case PostTransform::kLogistic:
      std::transform(scores, scores + count, scores, Logistic);
      return;
    case PostTransform::kProbit:
      std::transform(scores, scores + count, scores, Probit);
      return;
    case PostTransform::kSoftmax:
    case PostTransform::kSoftmaxZero:
      Softmax(scores, count, transform == PostTransform::kSoftmaxZero);
      return;
  }
}

absl::StatusOr<Table> TableOf(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  const Dims& dims = type->dims;
  if (dims.size() > 2 || dims.empty() || dims.back() == kBatch) {
    return node.Unsupported(fmt::format("its input {} is no table of rows", ToString(dims)));
  }
  if (dims.size() == 1) return Table{1, dims[0], {1}};
  return Table{dims[0] == kBatch ? 1 : dims[0], dims[1], {dims[0]}};
}

}  // namespace biglittle::nn
