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
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// com.microsoft's: distances of each row of A to each row of B.
absl::StatusOr<Lowered> LowerCDist(const NodeView& node) {
  Attributes attributes(node);
  const std::string metric = attributes.Text("metric", "sqeuclidean");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (metric != "sqeuclidean" && metric != "euclidean") {
    return node.Unsupported(fmt::format("metric {}", Quote(metric)));
  }
  const absl::StatusOr<TensorType> a = node.Float(0);
  if (!a.ok()) return a.status();
  const absl::StatusOr<TensorType> b = node.Float(1);
  if (!b.ok()) return b.status();
  if (a->rank() != 2 || b->rank() != 2 || b->has_batch() || a->dims[1] != b->dims[1]) {
    return node.Unsupported(
        fmt::format("distances of {} and {}", ToString(a->dims), ToString(b->dims)));
  }
  absl::StatusOr<TensorType> output = node.Output({a->dims[0], b->dims[0]});
  if (!output.ok()) return output.status();
  const std::int64_t rows = a->dims[0] == kBatch ? 1 : a->dims[0];
  const std::int64_t others = b->dims[0];
  const std::int64_t length = a->dims[1];
  const SampleWork work{output->elements() * length, 0, 0};
  const bool root = metric == "euclidean";
  return LowerSamples(node, {0, 1}, *std::move(output), work, "distances",
                      [=](const Sample& sample) {
                        for (std::int64_t i = 0; i < rows * others; ++i) {
                          const float* const x = sample.inputs[0] + i / others * length;
                          const float* const y = sample.inputs[1] + i % others * length;
                          double sum = 0.0;
                          for (std::int64_t k = 0; k < length; ++k) {
                            const double d = static_cast<double>(x[k]) - static_cast<double>(y[k]);
                            sum += d * d;
                          }
                          sample.output[i] = static_cast<float>(root ? std::sqrt(sum) : sum);
                        }
                      });
}

}  // namespace biglittle::nn
