// A kernel that copies elements from where a table says: for operators that move elements in ways
// that strides do not tell.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

class MapKernel final : public Kernel {
 public:
  // Output element i of a sample is element table[i] of the input, which has `elements` a sample,
  // or 0 where that is negative. `make_table` is called when the kernel is sealed: what tables take
  // together is bounded there.
  MapKernel(std::int64_t elements, std::function<std::vector<std::int32_t>()> make_table,
            std::string name)
      : elements_(elements), make_table_(std::move(make_table)), name_(std::move(name)) {}

  void Seal() override {
    if (make_table_ != nullptr) table_ = make_table_();
    make_table_ = nullptr;
  }
  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch, [&](std::int64_t n, std::int64_t) {
      const float* const input = arguments.inputs[0] + n * elements_;
      float* output = arguments.output + n * static_cast<std::int64_t>(table_.size());
      for (const std::int32_t from : table_) *output++ = from < 0 ? 0.0F : input[from];
    });
  }
  std::string Name() const override { return name_; }
  std::int64_t WeightFloats() const override { return static_cast<std::int64_t>(table_.size()); }

 private:
  const std::int64_t elements_;
  std::function<std::vector<std::int32_t>()> make_table_;
  std::vector<std::int32_t> table_;
  const std::string name_;
};

// Lowers a node whose input 0 is moved so. `position(index)` is where in a sample of the input the
// output's element at `index` comes from, the index counted along each of the output's dimensions,
// 0 along the batch; negative for 0, which `zeros` says to happen. It is called when the kernel is
// sealed. `output` has passed NodeView::Output.
template <typename Position>
Lowered LowerMap(const NodeView& node, TensorType output, std::string name, Position position,
                 bool zeros = false) {
  const auto make_table = [type = output, position = std::move(position)] {
    std::vector<std::int32_t> table;
    const std::int64_t elements = type.elements();
    table.reserve(static_cast<std::size_t>(elements));
    std::vector<std::int64_t> index(type.dims.size(), 0);
    for (std::int64_t i = 0; i < elements; ++i) {
      table.push_back(static_cast<std::int32_t>(position(index)));
      for (std::size_t d = index.size(); d-- > 0;) {
        const std::int64_t extent = type.dims[d] == kBatch ? 1 : type.dims[d];
        if (++index[d] < extent) break;
        index[d] = 0;
      }
    }
    return table;
  };
  auto kernel = std::make_unique<MapKernel>(node.Type(0).elements(), make_table, std::move(name));
  return zeros ? Unary(std::move(output), std::move(kernel))
               : UnaryMove(std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
