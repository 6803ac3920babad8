#include "nn/graph/input_dims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"

namespace biglittle::nn {
namespace {

using Sizes = std::map<std::string, std::int64_t>;

const std::string& NameOf(const Graph& graph, const GraphInput& input) {
  return graph.values[static_cast<std::size_t>(input.value)].name;
}

std::string What(const Graph& graph, const GraphInput& input) {
  return fmt::format("input {}", Quote(NameOf(graph, input)));
}

// "1,?,34", as the user may complete it.
std::string Template(const GraphInput& input) {
  std::string text;
  for (std::size_t i = 0; i < input.dims->size(); ++i) {
    if (i > 0) text += ",";
    const std::int64_t extent = (*input.dims)[i];
    text += extent > 0 ? fmt::format("{}", extent) : i == 0 ? "1" : "?";
  }
  return text;
}

absl::Status LeftOpen(const Graph& graph, const GraphInput& input, std::size_t i) {
  const std::string& symbol = input.symbols[i];
  const std::string name = NameOf(graph, input);
  return absl::UnimplementedError(fmt::format(
      "{} leaves its size {}{} open: fix it with --shape {}={} (a number for each ?), or "
      "input_shapes: in task.yaml",
      What(graph, input), i, symbol.empty() ? "" : ", " + Quote(symbol) + ",",
      Quote(name).substr(1, Quote(name).size() - 2), Template(input)));
}

// The shape that the user gives for an input, checked against the file; adds to `sizes`.
absl::Status CheckGiven(const Graph& graph, const GraphInput& input, const Dims& given,
                        Sizes& sizes) {
  const auto wrong = [&](const std::string& reason) {
    return absl::InvalidArgumentError(fmt::format("{} cannot have the shape {}: {}",
                                                  What(graph, input), ToString(given), reason));
  };
  if (std::ranges::any_of(given, [](std::int64_t extent) { return extent < 1; })) {
    return wrong("every size must be 1 or more");
  }
  if (given.size() > kMaxRank) return wrong("it has too many dimensions");
  if (!input.dims.has_value()) return absl::OkStatus();
  if (given.size() != input.dims->size()) {
    return wrong(fmt::format("the file says {} dimensions", input.dims->size()));
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::int64_t declared = (*input.dims)[i];
    if (declared > 0 && declared != given[i]) {
      return wrong(fmt::format("the file says {} for its size {}", declared, i));
    }
    const std::string& symbol = input.symbols[i];
    if (declared > 0 || symbol.empty()) continue;
    const std::int64_t size = sizes.try_emplace(symbol, given[i]).first->second;
    if (size != given[i]) {
      return wrong(fmt::format("{} is {} elsewhere", Quote(symbol), size));
    }
  }
  return absl::OkStatus();
}

// What the file calls the size of the batch: the names of first dimensions that are left open.
std::set<std::string> BatchSymbols(const Graph& graph) {
  std::set<std::string> symbols;
  for (const GraphInput& input : graph.inputs) {
    if (!input.dims.has_value() || input.dims->empty() || (*input.dims)[0] > 0) continue;
    if (!input.symbols[0].empty()) symbols.insert(input.symbols[0]);
  }
  return symbols;
}

class Resolver {
 public:
  Resolver(const Graph& graph, FirstDimension first, const InputShapes& given)
      : graph_(graph), first_(first), given_(given), batch_(BatchSymbols(graph)) {}

  absl::StatusOr<std::vector<Dims>> Resolve() {
    std::size_t used = 0;
    for (const GraphInput& input : graph_.inputs) {
      const auto given = given_.find(NameOf(graph_, input));
      if (given == given_.end()) continue;
      ++used;
      if (absl::Status s = CheckGiven(graph_, input, given->second, sizes_); !s.ok()) return s;
    }
    if (used < given_.size()) return NamesNoInput();
    std::vector<Dims> all;
    for (const GraphInput& input : graph_.inputs) {
      absl::StatusOr<Dims> dims = DimsOf(input);
      if (!dims.ok()) return dims.status();
      all.push_back(*std::move(dims));
    }
    return all;
  }

 private:
  absl::Status NamesNoInput() const {
    std::string names;
    for (const GraphInput& input : graph_.inputs) {
      names += (names.empty() ? "" : ", ") + Quote(NameOf(graph_, input));
    }
    for (const auto& given : given_) {
      const std::string& name = given.first;  // no binding: clang 14 captures none
      const bool known = std::ranges::any_of(
          graph_.inputs, [&](const GraphInput& input) { return NameOf(graph_, input) == name; });
      if (known) continue;
      return absl::InvalidArgumentError(fmt::format(
          "a shape is given for {}, which is no input; its inputs are {}", Quote(name), names));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Dims> DimsOf(const GraphInput& input) const {
    const auto given = given_.find(NameOf(graph_, input));
    const bool whole = given != given_.end();
    if (!whole && !input.dims.has_value()) {
      return absl::InvalidArgumentError(
          fmt::format("{} has no shape: say which with --shape, or input_shapes: in task.yaml",
                      What(graph_, input)));
    }
    Dims dims = whole ? given->second : *input.dims;
    for (std::size_t i = 0; i < dims.size() && !whole; ++i) {
      if (dims[i] > 0) continue;
      const absl::StatusOr<std::int64_t> size = SizeOf(input, i);
      if (!size.ok()) return size.status();
      dims[i] = *size;
    }
    if (first_ == FirstDimension::kSamples) {
      if (absl::Status s = PutBatch(input, dims); !s.ok()) return s;
    }
    return dims;
  }

  // Of a size that the file leaves open and the user does not give.
  absl::StatusOr<std::int64_t> SizeOf(const GraphInput& input, std::size_t i) const {
    const std::string& symbol = input.symbols[i];
    const auto fixed = symbol.empty() ? sizes_.end() : sizes_.find(symbol);
    const bool batch = i == 0 || batch_.contains(symbol);
    if (first_ == FirstDimension::kSamples && i == 0) return 1;  // PutBatch replaces it
    if (first_ == FirstDimension::kSamples && batch && fixed == sizes_.end()) {
      return absl::UnimplementedError(
          fmt::format("{} has the batch not in front", What(graph_, input)));
    }
    if (fixed != sizes_.end()) return fixed->second;
    if (first_ == FirstDimension::kOne && batch) return 1;
    return LeftOpen(graph_, input, i);
  }

  absl::Status PutBatch(const GraphInput& input, Dims& dims) const {
    if (dims.empty()) {
      return absl::UnimplementedError(
          fmt::format("{} is a single number, the same for all samples", What(graph_, input)));
    }
    if (dims[0] != 1) {
      return absl::UnimplementedError(
          fmt::format("{} has a first dimension of {}, which is no batch of samples",
                      What(graph_, input), dims[0]));
    }
    dims[0] = kBatch;
    return absl::OkStatus();
  }

  const Graph& graph_;
  const FirstDimension first_;
  const InputShapes& given_;
  const std::set<std::string> batch_;
  Sizes sizes_;  // of what the file calls by name, as the user fixes them
};

}  // namespace

absl::StatusOr<std::vector<Dims>> InputDims(const Graph& graph, FirstDimension first,
                                            const InputShapes& given) {
  return Resolver(graph, first, given).Resolve();
}

}  // namespace biglittle::nn
