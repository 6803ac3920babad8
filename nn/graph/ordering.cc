#include "nn/graph/ordering.h"

#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph/graph.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

// producers[value] is the node that computes it, or kNobody.
std::vector<std::size_t> Producers(const std::vector<Node>& nodes, std::size_t values) {
  std::vector<std::size_t> producers(values, kNobody);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const ValueId output : nodes[i].outputs) {
      if (output != kNoValue) producers[static_cast<std::size_t>(output)] = i;
    }
  }
  return producers;
}

// What a node needs: its inputs, and what the bodies in it read.
template <typename Visit>
void ForEachNeeded(const Node& node, Visit visit) {
  for (const ValueId input : node.inputs) {
    if (input != kNoValue) visit(input);
  }
  for (const ValueId captured : node.captured) visit(captured);
}

// wanted[i] is the first of the outputs that depends on node i, or kNobody.
std::vector<std::size_t> FirstWanted(const std::vector<Node>& nodes,
                                     const std::vector<ValueId>& outputs,
                                     const std::vector<std::size_t>& producers) {
  std::vector<std::size_t> wanted(nodes.size(), kNobody);
  std::vector<ValueId> open;
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    open.push_back(outputs[output]);
    while (!open.empty()) {
      const ValueId value = open.back();
      open.pop_back();
      if (value == kNoValue) continue;
      const std::size_t node = producers[static_cast<std::size_t>(value)];
      if (node == kNobody || wanted[node] != kNobody) continue;
      wanted[node] = output;
      ForEachNeeded(nodes[node], [&open](ValueId id) { open.push_back(id); });
    }
  }
  return wanted;
}

absl::Status Order(std::vector<Node>& nodes, const std::vector<ValueId>& outputs,
                   std::size_t values) {
  const std::vector<std::size_t> producers = Producers(nodes, values);
  const std::vector<std::size_t> wanted = FirstWanted(nodes, outputs, producers);
  // Kahn's algorithm (1962), by output and then the earliest in the file first. What a node needs
  // is wanted no later than the node, so one of the current output's is ready while any is left.
  using Place = std::pair<std::size_t, std::size_t>;
  std::vector<std::size_t> waiting(nodes.size(), 0);
  std::vector<std::vector<std::size_t>> readers(nodes.size());
  std::priority_queue<Place, std::vector<Place>, std::greater<>> ready;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (wanted[i] == kNobody) continue;
    ++expected;
    ForEachNeeded(nodes[i], [&](ValueId input) {
      const std::size_t producer = producers[static_cast<std::size_t>(input)];
      if (producer == kNobody) return;
      readers[producer].push_back(i);
      ++waiting[i];
    });
    if (waiting[i] == 0) ready.emplace(wanted[i], i);
  }
  std::vector<Node> ordered;
  while (!ready.empty()) {
    const std::size_t node = ready.top().second;
    ready.pop();
    for (const std::size_t reader : readers[node]) {
      if (--waiting[reader] == 0) ready.emplace(wanted[reader], reader);
    }
    ordered.push_back(std::move(nodes[node]));
  }
  if (ordered.size() < expected) {
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i] == 0) continue;
      return absl::InvalidArgumentError(
          fmt::format("{}: its input depends on its output", Describe(nodes[i])));
    }
  }
  nodes = std::move(ordered);
  return absl::OkStatus();
}

}  // namespace

absl::Status OrderNodes(Graph& graph) {
  std::vector<ValueId> outputs;
  for (const GraphOutput& output : graph.outputs) outputs.push_back(output.value);
  return Order(graph.nodes, outputs, graph.values.size());
}

absl::Status OrderNodes(Body& body, std::size_t values) {
  return Order(body.nodes, body.outputs, values);
}

}  // namespace biglittle::nn
