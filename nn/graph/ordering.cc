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
std::vector<std::size_t> Producers(const Graph& graph) {
  std::vector<std::size_t> producers(graph.values.size(), kNobody);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId output : graph.nodes[i].outputs) {
      if (output != kNoValue) producers[static_cast<std::size_t>(output)] = i;
    }
  }
  return producers;
}

// wanted[i] is the first of the graph's outputs that depends on node i, or kNobody.
std::vector<std::size_t> FirstWanted(const Graph& graph,
                                     const std::vector<std::size_t>& producers) {
  std::vector<std::size_t> wanted(graph.nodes.size(), kNobody);
  std::vector<ValueId> open;
  for (std::size_t output = 0; output < graph.outputs.size(); ++output) {
    open.push_back(graph.outputs[output].value);
    while (!open.empty()) {
      const ValueId value = open.back();
      open.pop_back();
      if (value == kNoValue) continue;
      const std::size_t node = producers[static_cast<std::size_t>(value)];
      if (node == kNobody || wanted[node] != kNobody) continue;
      wanted[node] = output;
      open.insert(open.end(), graph.nodes[node].inputs.begin(), graph.nodes[node].inputs.end());
    }
  }
  return wanted;
}

}  // namespace

absl::Status OrderNodes(Graph& graph) {
  const std::vector<std::size_t> producers = Producers(graph);
  const std::vector<std::size_t> wanted = FirstWanted(graph, producers);
  // Kahn's algorithm (1962), by output and then the earliest in the file first. What a node needs
  // is wanted no later than the node, so one of the current output's is ready while any is left.
  using Place = std::pair<std::size_t, std::size_t>;
  std::vector<std::size_t> waiting(graph.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> readers(graph.nodes.size());
  std::priority_queue<Place, std::vector<Place>, std::greater<>> ready;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (wanted[i] == kNobody) continue;
    ++expected;
    for (const ValueId input : graph.nodes[i].inputs) {
      if (input == kNoValue) continue;
      const std::size_t producer = producers[static_cast<std::size_t>(input)];
      if (producer == kNobody) continue;
      readers[producer].push_back(i);
      ++waiting[i];
    }
    if (waiting[i] == 0) ready.emplace(wanted[i], i);
  }
  std::vector<Node> ordered;
  while (!ready.empty()) {
    const std::size_t node = ready.top().second;
    ready.pop();
    for (const std::size_t reader : readers[node]) {
      if (--waiting[reader] == 0) ready.emplace(wanted[reader], reader);
    }
    ordered.push_back(std::move(graph.nodes[node]));
  }
  if (ordered.size() < expected) {
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i] == 0) continue;
      return absl::InvalidArgumentError(
          fmt::format("{}: its input depends on its output", Describe(graph.nodes[i])));
    }
  }
  graph.nodes = std::move(ordered);
  return absl::OkStatus();
}

}  // namespace biglittle::nn
