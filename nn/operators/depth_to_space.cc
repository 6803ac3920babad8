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
#include "nn/operators/map_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerDepthToSpace(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Number(0);
  if (!input.ok()) return input.status();
  Attributes attributes(node);
  const std::int64_t block = attributes.Int("blocksize", 0);
  const std::string mode = attributes.Text("mode", "DCR");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const Dims& dims = input->dims;
  if (std::find(dims.begin() + (dims.empty() ? 0 : 1), dims.end(), kBatch) != dims.end()) {
    return node.Unsupported("its batch is not in front");
  }
  if (dims.size() != 4 || block < 1 || block > kMaxExactInteger || dims[1] % (block * block) != 0) {
    return node.Invalid(fmt::format("blocks of {} do not fit {}", block, ToString(dims)));
  }
  if (mode != "DCR" && mode != "CRD") {
    return node.Invalid(fmt::format("mode {} is not known", Quote(mode)));
  }
  const std::int64_t channels = dims[1] / (block * block);
  absl::StatusOr<TensorType> output =
      node.Output({dims[0], channels, dims[2] * block, dims[3] * block}, input->element);
  if (!output.ok()) return output.status();
  const bool depth_first = mode == "DCR";
  return LowerMap(node, *std::move(output), "depth to space",
                  [=, depth = dims[1], height = dims[2],
                   width = dims[3]](const std::vector<std::int64_t>& index) {
                    const std::int64_t within = index[2] % block * block + index[3] % block;
                    const std::int64_t channel = depth_first ? within * channels + index[1]
                                                             : index[1] * block * block + within;
                    return ((index[0] * depth + channel) * height + index[2] / block) * width +
                           index[3] / block;
                  });
}

}  // namespace biglittle::nn
