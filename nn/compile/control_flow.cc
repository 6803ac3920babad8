#include "nn/compile/control_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

absl::Status Invalid(const Node& node, const std::string& reason) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", Describe(node), reason));
}

absl::Status Unsupported(const Node& node, const std::string& reason) {
  return absl::UnimplementedError(fmt::format("{}: {}", Describe(node), reason));
}

template <typename T>
const T* Find(const Node& node, std::string_view name) {
  for (const Attribute& attribute : node.attributes) {
    if (attribute.name == name) return std::get_if<T>(&attribute.value);
  }
  return nullptr;
}

absl::StatusOr<BodyPtr> BodyOf(const Node& node, std::string_view name) {
  const auto* body = Find<BodyPtr>(node, name);
  if (body == nullptr) return Invalid(node, fmt::format("it has no {}", name));
  return *body;
}

ConstantPtr Number(ElementType element, std::int64_t value) {
  return std::make_shared<const Constant>(Constant{{element, {}}, {}, {value}});
}

class ControlFlow {
 public:
  ControlFlow(const Node& node, NodeLowering& lowering) : node_(node), lowering_(lowering) {}

  absl::Status LowerIf() {
    if (node_.inputs.size() != 1 || node_.inputs[0] == kNoValue) {
      return Invalid(node_, "it has no condition");
    }
    const std::optional<std::int64_t> condition = KnownNumber(node_.inputs[0]);
    if (!condition) {
      return Unsupported(node_,
                         "its condition depends on the net's input, so that the branch is not "
                         "known when the net is loaded; export the model in evaluation mode "
                         "(model.eval()) and with sizes fixed");
    }
    const auto body = BodyOf(node_, *condition != 0 ? "then_branch" : "else_branch");
    if (!body.ok()) return body.status();
    if (absl::Status s = LowerBody(**body); !s.ok()) return s;
    return Answer((*body)->outputs);
  }

  absl::Status LowerLoop() {
    const auto body = BodyOf(node_, "body");
    if (!body.ok()) return body.status();
    const std::size_t carried = node_.inputs.size() < 2 ? 0 : node_.inputs.size() - 2;
    if ((*body)->inputs.size() != carried + 2 || (*body)->outputs.size() < carried + 1) {
      return Invalid(node_, "its body does not take what the loop carries");
    }
    const auto count = Given(0, std::numeric_limits<std::int64_t>::max());
    const auto first = Given(1, 1);
    if (!count || !first) {
      return Unsupported(node_, "how many times it runs depends on the net's input");
    }
    std::vector<ValueId> values(
        node_.inputs.begin() +
            static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, node_.inputs.size())),
        node_.inputs.end());
    std::vector<std::vector<ValueId>> stacks((*body)->outputs.size() - 1 - carried);
    std::int64_t condition = *first;
    for (std::int64_t i = 0; i < *count && condition != 0; ++i) {
      if (absl::Status s = lowering_.SpendTurn(node_); !s.ok()) return s;
      lowering_.SetConstant((*body)->inputs[0], Number(ElementType::kInt64, i));
      lowering_.SetConstant((*body)->inputs[1], Number(ElementType::kBool, condition));
      for (std::size_t k = 0; k < carried; ++k) {
        lowering_.Alias((*body)->inputs[k + 2], values[k]);
      }
      if (absl::Status s = LowerBody(**body); !s.ok()) return s;
      const auto go_on = KnownNumber((*body)->outputs[0]);
      if (!go_on) return Unsupported(node_, "whether it goes on depends on the net's input");
      condition = *go_on;
      for (std::size_t k = 0; k < carried; ++k) values[k] = Kept((*body)->outputs[k + 1]);
      for (std::size_t k = 0; k < stacks.size(); ++k) {
        const auto row = Row((*body)->outputs[carried + 1 + k], 0);
        if (!row.ok()) return row.status();
        stacks[k].push_back(*row);
      }
    }
    return AnswerStacked(std::move(values), stacks, std::vector<std::int64_t>(stacks.size(), 0));
  }

  // Opset 9 and later, without a batch of its own.
  absl::Status LowerScan() {
    const auto body = BodyOf(node_, "body");
    if (!body.ok()) return body.status();
    const auto* scanned = Find<std::int64_t>(node_, "num_scan_inputs");
    const auto inputs = static_cast<std::int64_t>(node_.inputs.size());
    if (scanned == nullptr || *scanned < 1 || *scanned > inputs ||
        std::ssize((*body)->inputs) != inputs) {
      return Invalid(node_, "num_scan_inputs does not fit");
    }
    const auto states = static_cast<std::size_t>(inputs - *scanned);
    if ((*body)->outputs.size() < states) return Invalid(node_, "its body loses a state");
    std::vector<std::vector<ValueId>> stacks((*body)->outputs.size() - states);
    const auto axes = List("scan_input_axes", static_cast<std::size_t>(*scanned));
    const auto backwards = List("scan_input_directions", static_cast<std::size_t>(*scanned));
    const auto output_axes = List("scan_output_axes", stacks.size());
    const auto output_backwards = List("scan_output_directions", stacks.size());
    if (!axes || !backwards || !output_axes || !output_backwards) {
      return Invalid(node_, "its axes or directions are not as many as its values");
    }
    const auto length = Length(states, *axes);
    if (!length.ok()) return length.status();
    std::vector<ValueId> values(node_.inputs.begin(),
                                node_.inputs.begin() + static_cast<std::ptrdiff_t>(states));
    for (std::int64_t i = 0; i < *length; ++i) {
      if (absl::Status s = lowering_.SpendTurn(node_); !s.ok()) return s;
      for (std::size_t k = 0; k < states; ++k) lowering_.Alias((*body)->inputs[k], values[k]);
      for (std::size_t k = 0; k < axes->size(); ++k) {
        const std::int64_t at = (*backwards)[k] != 0 ? *length - 1 - i : i;
        if (absl::Status s =
                Pick(node_.inputs[states + k], (*axes)[k], at, (*body)->inputs[states + k]);
            !s.ok()) {
          return s;
        }
      }
      if (absl::Status s = LowerBody(**body); !s.ok()) return s;
      for (std::size_t k = 0; k < states; ++k) values[k] = Kept((*body)->outputs[k]);
      for (std::size_t k = 0; k < stacks.size(); ++k) {
        const auto row = Row((*body)->outputs[states + k], (*output_axes)[k]);
        if (!row.ok()) return row.status();
        const auto place = (*output_backwards)[k] != 0 ? stacks[k].begin() : stacks[k].end();
        stacks[k].insert(place, *row);
      }
    }
    return AnswerStacked(std::move(values), stacks, *output_axes);
  }

 private:
  // The number that a value of one element is, if it is known.
  std::optional<std::int64_t> KnownNumber(ValueId id) const {
    const ConstantPtr& constant = lowering_.ValueOf(id).constant;
    if (constant == nullptr || constant->ints.size() != 1 || constant->ints[0] == kBatch) {
      return std::nullopt;
    }
    return constant->ints[0];
  }

  // The same of an input that may be left out.
  std::optional<std::int64_t> Given(std::size_t input, std::int64_t fallback) const {
    if (input >= node_.inputs.size() || node_.inputs[input] == kNoValue) return fallback;
    return KnownNumber(node_.inputs[input]);
  }

  std::optional<std::vector<std::int64_t>> List(std::string_view name, std::size_t count) const {
    const auto* list = Find<std::vector<std::int64_t>>(node_, name);
    if (list == nullptr) return std::vector<std::int64_t>(count, 0);
    return list->size() == count ? std::optional(*list) : std::nullopt;
  }

  absl::Status LowerBody(const Body& body) {
    for (const Node& inner : body.nodes) {
      if (absl::Status s = lowering_.Lower(inner); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  ValueId Kept(ValueId id) {
    const ValueId kept = lowering_.NewValue();
    lowering_.Alias(kept, id);
    return kept;
  }

  Node Made(std::string op_type, std::vector<ValueId> inputs, ValueId output) const {
    Node made;
    made.name = node_.name;
    made.position = node_.position;
    made.op_type = std::move(op_type);
    made.opset = 13;
    made.inputs = std::move(inputs);
    made.outputs = {output};
    return made;
  }

  // The value with one more dimension, at `axis`.
  absl::StatusOr<ValueId> Row(ValueId id, std::int64_t axis) {
    const ValueId axes = lowering_.NewValue();
    lowering_.SetConstant(
        axes, std::make_shared<const Constant>(Constant{{ElementType::kInt64, {1}}, {}, {axis}}));
    const ValueId row = lowering_.NewValue();
    if (absl::Status s = lowering_.Lower(Made("Unsqueeze", {id, axes}, row)); !s.ok()) return s;
    return row;
  }

  absl::Status Pick(ValueId from, std::int64_t axis, std::int64_t index, ValueId to) {
    if (from == kNoValue) return Invalid(node_, "an input is left out");
    const ValueId at = lowering_.NewValue();
    lowering_.SetConstant(at, Number(ElementType::kInt64, index));
    const ValueId picked = lowering_.NewValue();
    Node gather = Made("Gather", {from, at}, picked);
    gather.attributes.push_back(Attribute{"axis", axis});
    if (absl::Status s = lowering_.Lower(gather); !s.ok()) return s;
    lowering_.Alias(to, picked);
    return absl::OkStatus();
  }

  // How many steps a scan has.
  absl::StatusOr<std::int64_t> Length(std::size_t states, const std::vector<std::int64_t>& axes) {
    std::int64_t length = -1;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      if (node_.inputs[states + k] == kNoValue) return Invalid(node_, "an input is left out");
      const TensorType& type = lowering_.ValueOf(node_.inputs[states + k]).type;
      const std::int64_t axis = axes[k] < 0 ? axes[k] + type.rank() : axes[k];
      if (axis < 0 || axis >= type.rank()) return Invalid(node_, "an axis is out of range");
      const std::int64_t extent = type.dims[static_cast<std::size_t>(axis)];
      if (extent == kBatch) return Unsupported(node_, "it works along the batch dimension");
      if (length >= 0 && extent != length) {
        return Invalid(node_, "what it scans is of different lengths");
      }
      length = extent;
    }
    return length;
  }

  absl::Status Answer(const std::vector<ValueId>& values) {
    for (std::size_t i = 0; i < node_.outputs.size(); ++i) {
      if (node_.outputs[i] == kNoValue) continue;
      if (i >= values.size() || values[i] == kNoValue) {
        return Invalid(node_, "its body has fewer outputs than it");
      }
      lowering_.Alias(node_.outputs[i], values[i]);
    }
    return absl::OkStatus();
  }

  // `values`, and behind them each of `stacks` joined along its axis.
  absl::Status AnswerStacked(std::vector<ValueId> values,
                             const std::vector<std::vector<ValueId>>& stacks,
                             const std::vector<std::int64_t>& axes) {
    for (std::size_t k = 0; k < stacks.size(); ++k) {
      if (stacks[k].empty()) return Unsupported(node_, "it never runs");
      const ValueId joined = lowering_.NewValue();
      Node concat = Made("Concat", stacks[k], joined);
      concat.attributes.push_back(Attribute{"axis", axes[k]});
      if (absl::Status s = lowering_.Lower(concat); !s.ok()) return s;
      values.push_back(joined);
    }
    return Answer(values);
  }

  const Node& node_;
  NodeLowering& lowering_;
};

}  // namespace

bool IsControlFlow(const Node& node) {
  return node.domain == Domain::kStandard &&
         (node.op_type == "If" || node.op_type == "Loop" || node.op_type == "Scan");
}

absl::Status LowerControlFlow(const Node& node, NodeLowering& lowering) {
  ControlFlow flow(node, lowering);
  if (node.op_type == "If") return flow.LowerIf();
  if (node.op_type == "Loop") return flow.LowerLoop();
  return flow.LowerScan();
}

}  // namespace biglittle::nn
