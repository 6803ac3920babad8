// What an operator sees of its node while it is lowered, and how it answers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// What is known of a value once its producer is lowered.
struct KnownValue {
  TensorType type;
  ConstantPtr constant;        // set exactly if the value is known at Load
  bool one_for_batch = false;  // it is a constant with a 1 in the place of the batch
  // Of a kText that is computed: each element is a place in this list.
  std::shared_ptr<const std::vector<std::string>> texts = nullptr;
};

// How a node's output comes about.
struct View {};  // the elements of input 0 in the same order, under the output's shape
struct Computed {
  std::unique_ptr<Kernel> kernel;
  std::vector<int> operands;  // which inputs the kernel reads at run time, in its order
  // The kernel copies elements of its operands and computes none, so that at Load it serves
  // integers of any size too, and the batch size among them.
  bool moves = false;
  // Of an output of floats, should it be known at Load: how it came about from integers.
  std::shared_ptr<const WeightScales> scales = nullptr;
};
// Of one output. If its type is batched although no input is (Batched), the kernel sees the first
// dimension of its first operand as a batch.
struct Lowered {
  TensorType type;
  std::variant<View, Computed, ConstantPtr> how;
  bool one_for_batch = false;                                       // as KnownValue's
  std::shared_ptr<const std::vector<std::string>> texts = nullptr;  // likewise
};

// A kernel that reads input 0 at run time and nothing else.
Lowered Unary(TensorType type, std::unique_ptr<Kernel> kernel);
// The same for one that only moves elements.
Lowered UnaryMove(TensorType type, std::unique_ptr<Kernel> kernel);

class NodeView {
 public:
  // `inputs` has an element for each input of the node, nullptr where an optional one is left out.
  // All must outlive the view. Element counts of all types are checked already.
  NodeView(const Node& node, std::int64_t opset, std::vector<const KnownValue*> inputs,
           std::int64_t max_elements)
      : node_(node), opset_(opset), inputs_(std::move(inputs)), max_elements_(max_elements) {}

  // The same node, to be lowered for another output.
  NodeView ForOutput(int index) const {
    NodeView view = *this;
    view.output_index_ = index;
    return view;
  }

  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  int output_index() const { return output_index_; }  // which output is to be lowered
  int output_count() const { return static_cast<int>(node_.outputs.size()); }
  int input_count() const { return static_cast<int>(inputs_.size()); }
  bool Has(int input) const;

  // The following need Has(input), except for those inputs that the registry demands.
  const TensorType& Type(int input) const;
  const std::shared_ptr<const std::vector<std::string>>& Texts(int input) const {
    return inputs_[static_cast<std::size_t>(input)]->texts;
  }
  bool IsConstant(int input) const { return ConstantAt(input) != nullptr; }
  // nullptr if the value is computed at run time.
  const ConstantPtr& ConstantAt(int input) const;
  bool AnyOneForBatch() const {
    return std::ranges::any_of(
        inputs_, [](const KnownValue* input) { return input != nullptr && input->one_for_batch; });
  }
  // True if all inputs are known at Load.
  bool AllConstant() const;
  // float32, of whatever origin.
  absl::StatusOr<TensorType> Float(int input) const;
  // A number of any type, of whatever origin. Text and bool are none.
  absl::StatusOr<TensorType> Number(int input) const;
  // Numbers with a batch dimension and `min_rank` dimensions or more, the batch among them: for
  // operators that treat the rows of the first dimension alike. Where the value has no batch (fixed
  // shapes, or it is known at Load) its first dimension is shown as one; the output's type must be
  // batched too then.
  absl::StatusOr<TensorType> Batched(int input, std::int64_t min_rank = 1) const;
  // Weights: known at Load, and finite.
  absl::StatusOr<ConstantPtr> FloatConstant(int input) const;
  // A constant's elements as a kernel gets them at run time. Unsupported if one is an integer that
  // is no float, or the batch size.
  absl::StatusOr<std::vector<float>> AsFloats(int input) const;
  // One float, known at Load. It may be infinite.
  absl::StatusOr<float> Scalar(int input) const;
  // int64 or int32, known at Load, a list or a single number.
  absl::StatusOr<std::vector<std::int64_t>> Ints(int input) const;

  // The output of shape `dims`, if it is of a sane size.
  absl::StatusOr<TensorType> Output(Dims dims, ElementType element = ElementType::kFloat32) const;
  // `axis` counted from the front, 0 <= axis < rank.
  absl::StatusOr<std::int64_t> Axis(std::int64_t axis, std::int64_t rank) const;
  // `axis` counted from the front and brought into [0, rank], as the bounds of a slice.
  static std::int64_t ClampedAxis(std::int64_t axis, std::int64_t rank);
  // Axis, refusing the batch dimension of `type`.
  absl::StatusOr<std::int64_t> InnerAxis(std::int64_t axis, const TensorType& type) const;

  // Errors that name the node. Invalid: the file breaks the rules of ONNX. Unsupported: the engine
  // does not have it.
  absl::Status Invalid(const std::string& reason) const;
  absl::Status Unsupported(const std::string& reason) const;

 private:
  const Node& node_;
  std::int64_t opset_;
  std::vector<const KnownValue*> inputs_;
  std::int64_t max_elements_;
  int output_index_ = 0;
};

}  // namespace biglittle::nn
