#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
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
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kMaxLabels = 16;

// A label's size, and how far each operand moves along it. Those of the output come first.
struct Label {
  std::int64_t extent = 1;
  std::array<std::int64_t, kMaxSampleInputs> strides{};
};

struct Equation {
  std::vector<std::string> operands;  // a letter for each dimension
  std::string output;
};

std::string WithoutBlanks(const std::string& text) {
  std::string all;
  std::ranges::copy_if(text, std::back_inserter(all), [](char c) { return c != ' '; });
  return all;
}

// "..." becomes upper-case digits of its own, aligned at the end, as NumPy has it.
std::string WithoutDots(const std::string& term, std::size_t rank, std::size_t longest) {
  const std::size_t at = term.find("...");
  if (at == std::string::npos) return term;
  const std::size_t letters = term.size() - 3;
  const std::size_t dots = rank > letters ? rank - letters : 0;
  std::string filled;
  for (std::size_t i = 0; i < dots; ++i) filled += static_cast<char>('0' + longest - dots + i);
  return term.substr(0, at) + filled + term.substr(at + 3);
}

absl::StatusOr<Equation> Parse(const NodeView& node, const std::string& text) {
  const std::size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow) + ",";
  std::vector<std::string> terms;
  while (!left.empty()) {
    terms.push_back(left.substr(0, left.find(',')));
    left.erase(0, terms.back().size() + 1);
  }
  if (terms.size() != static_cast<std::size_t>(node.input_count())) {
    return node.Invalid(
        fmt::format("its equation {} is not for {} inputs", Quote(text), node.input_count()));
  }
  std::size_t dots = 0;  // the most dimensions that "..." stands for
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto rank = static_cast<std::size_t>(node.Type(static_cast<int>(i)).rank());
    if (terms[i].find("...") == std::string::npos) continue;
    if (rank + 3 < terms[i].size()) return node.Invalid("an input has fewer dimensions than terms");
    dots = std::max(dots, rank + 3 - terms[i].size());
  }
  Equation equation;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto rank = static_cast<std::size_t>(node.Type(static_cast<int>(i)).rank());
    equation.operands.push_back(WithoutDots(terms[i], rank, dots));
    if (equation.operands.back().size() != rank) {
      return node.Invalid(fmt::format("its term {} does not fit {}", Quote(terms[i]),
                                      ToString(node.Type(static_cast<int>(i)).dims)));
    }
  }
  if (arrow != std::string::npos) {
    equation.output = WithoutDots(text.substr(arrow + 2), kMaxRank + kMaxLabels, dots);
    if (text.find("...", arrow) != std::string::npos) {
      std::string filled;
      for (std::size_t i = 0; i < dots; ++i) filled += static_cast<char>('0' + i);
      const std::string term = text.substr(arrow + 2);
      equation.output =
          term.substr(0, term.find("...")) + filled + term.substr(term.find("...") + 3);
    }
    return equation;
  }
  // Every letter that stands once, in the order of the alphabet.
  std::map<char, int> counts;
  for (const std::string& operand : equation.operands) {
    for (const char c : operand) ++counts[c];
  }
  for (const auto& [c, count] : counts) {
    if (count == 1 || (c >= '0' && c <= '9')) equation.output += c;
  }
  return equation;
}

class EinsumLoops {
 public:
  EinsumLoops(std::vector<Label> labels, std::size_t outer, std::size_t operands)
      : labels_(std::move(labels)), outer_(outer), operands_(operands) {}

  void operator()(const Sample& sample) const {
    std::array<std::int64_t, kMaxSampleInputs> offsets{};
    float* output = sample.output;
    Outer(sample, 0, offsets, output);
  }

 private:
  using Offsets = std::array<std::int64_t, kMaxSampleInputs>;

  // Recursion is as deep as there are labels.
  void Outer(const Sample& sample, std::size_t level, Offsets& offsets, float*& output) const {
    if (level == outer_) {
      *output++ = static_cast<float>(Inner(sample, level, offsets));
      return;
    }
    for (std::int64_t i = 0; i < labels_[level].extent; ++i) {
      Outer(sample, level + 1, offsets, output);
      Move(level, 1, offsets);
    }
    Move(level, -labels_[level].extent, offsets);
  }

  double Inner(const Sample& sample, std::size_t level, Offsets& offsets) const {
    if (level == labels_.size()) {
      double product = 1.0;
      for (std::size_t k = 0; k < operands_; ++k) {
        product *= static_cast<double>(sample.inputs[k][offsets[k]]);
      }
      return product;
    }
    double sum = 0.0;
    for (std::int64_t i = 0; i < labels_[level].extent; ++i) {
      sum += Inner(sample, level + 1, offsets);
      Move(level, 1, offsets);
    }
    Move(level, -labels_[level].extent, offsets);
    return sum;
  }

  void Move(std::size_t level, std::int64_t steps, Offsets& offsets) const {
    for (std::size_t k = 0; k < operands_; ++k) offsets[k] += steps * labels_[level].strides[k];
  }

  const std::vector<Label> labels_;
  const std::size_t outer_;  // labels of the output
  const std::size_t operands_;
};

}  // namespace

// A letter that stands for the batch must be in front of every term that has it.
absl::StatusOr<Lowered> LowerEinsum(const NodeView& node) {
  Attributes attributes(node);
  const std::string text = WithoutBlanks(attributes.Text("equation", ""));
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.input_count() > static_cast<int>(kMaxSampleInputs)) {
    return node.Unsupported("it has too many inputs");
  }
  std::vector<int> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    if (const auto type = node.Float(i); !type.ok()) return type.status();
    inputs.push_back(i);
  }
  const absl::StatusOr<Equation> equation = Parse(node, text);
  if (!equation.ok()) return equation.status();

  std::map<char, Label> labels;
  std::map<char, std::int64_t> extents;  // kBatch among them
  for (std::size_t k = 0; k < equation->operands.size(); ++k) {
    const Dims& dims = node.Type(static_cast<int>(k)).dims;
    const auto strides = DenseStrides(dims);
    for (std::size_t d = 0; d < dims.size(); ++d) {
      const char letter = equation->operands[k][d];
      if (dims[d] == kBatch && d > 0) return node.Unsupported("its batch is not in front");
      std::int64_t& extent = extents.try_emplace(letter, 1).first->second;
      if (extent != 1 && dims[d] != 1 && extent != dims[d]) {
        return node.Invalid(
            fmt::format("{} is {} and {}", Quote(std::string(1, letter)), extent, dims[d]));
      }
      if (dims[d] != 1) extent = dims[d];
      if (dims[d] != kBatch && dims[d] != 1) labels[letter].strides[k] += strides[d];
    }
  }
  Dims dims;
  std::vector<Label> order;
  for (const char letter : equation->output) {
    const auto extent = extents.find(letter);
    if (extent == extents.end()) return node.Invalid("its output has a letter that no input has");
    if (extent->second == kBatch && !dims.empty()) {
      return node.Unsupported("it would move the batch dimension from the front");
    }
    dims.push_back(extent->second);
    order.push_back(labels[letter]);
    order.back().extent = extent->second == kBatch ? 1 : extent->second;
    extents.erase(extent);
  }
  const std::size_t outer = order.size();
  std::int64_t work = inputs.empty() ? 1 : static_cast<std::int64_t>(inputs.size());
  for (const auto& [letter, extent] : extents) {
    if (extent == kBatch) return node.Unsupported("it sums over the samples of the batch");
    order.push_back(labels[letter]);
    order.back().extent = extent;
  }
  if (order.size() > kMaxLabels) return node.Unsupported("it has too many letters");
  for (const Label& label : order) {
    if (__builtin_mul_overflow(work, label.extent, &work)) return node.Invalid("it is too large");
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return LowerSamples(node, inputs, *std::move(output), {work, 0, 0}, "einsum",
                      EinsumLoops(std::move(order), outer, inputs.size()));
}

}  // namespace biglittle::nn
