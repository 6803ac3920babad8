#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/pool_kernel.h"
#include "nn/operators/volume.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerMaxPool(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Batched(0, 3);
  if (!input.ok()) return input.status();
  Attributes attributes(node);
  attributes.Ignore("storage_order");  // matters only to the second output
  WindowOptions options;
  options.ceil_mode = attributes.Int("ceil_mode", 0) != 0;
  options.pad_below_kernel = true;
  if (input->rank() == 5) {
    return LowerVolumePool(node, attributes, *input, VolumePool::kMax, options);
  }
  const absl::StatusOr<Window> window = ReadWindow(node, attributes, input->dims, {}, options);
  if (!window.ok()) return window.status();
  const std::int64_t channels = input->dims[1];
  absl::StatusOr<TensorType> output =
      node.Output(OutputDims(*window, channels, input->rank()), input->element);
  if (!output.ok()) return output.status();
  return Unary(*std::move(output),
               std::make_unique<PoolKernel<MaxOfWindow>>(*window, channels, MaxOfWindow{}));
}

}  // namespace biglittle::nn
