#include "nn/ordering.h"

#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph.h"

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

// needed[i] is true if the graph's output depends on node i.
std::vector<bool> Needed(const Graph& graph, const std::vector<std::size_t>& producers) {
  std::vector<bool> needed(graph.nodes.size(), false);
  std::vector<ValueId> open = {graph.output};
  while (!open.empty()) {
    const ValueId value = open.back();
    open.pop_back();
    if (value == kNoValue) continue;
    const std::size_t node = producers[static_cast<std::size_t>(value)];
    if (node == kNobody || needed[node]) continue;
    needed[node] = true;
    open.insert(open.end(), graph.nodes[node].inputs.begin(), graph.nodes[node].inputs.end());
  }
  return needed;
}

}  // namespace

absl::Status OrderNodes(Graph& graph) {
  const std::vector<std::size_t> producers = Producers(graph);
  const std::vector<bool> needed = Needed(graph, producers);
  // Kahn's algorithm (1962), the earliest in the file first.
  std::vector<std::size_t> waiting(graph.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> readers(graph.nodes.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!needed[i]) continue;
    ++expected;
    for (const ValueId input : graph.nodes[i].inputs) {
      if (input == kNoValue) continue;
      const std::size_t producer = producers[static_cast<std::size_t>(input)];
      if (producer == kNobody) continue;
      readers[producer].push_back(i);
      ++waiting[i];
    }
    if (waiting[i] == 0) ready.push(i);
  }
  std::vector<Node> ordered;
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    for (const std::size_t reader : readers[node]) {
      if (--waiting[reader] == 0) ready.push(reader);
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
