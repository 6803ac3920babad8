// Tables of logits whose every property a test chooses.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/tuning/cascade_table.h"
#include "core/random.h"
#include "core/task/task.h"

namespace biglittle {

// Four classes; the little net knows the first two, and `other`.
inline Task SyntheticTask() {
  Task task;
  task.name = "synthetic";
  task.labels = {"a", "b", "c", "d"};
  task.priority_classes = {0, 1};
  task.input_shape = {1};
  task.little.outputs = {0, 1, kOtherClass};
  task.big.outputs = {0, 1, 2, 3};
  task.heads = {HeadRule{std::vector<std::optional<float>>(4), std::nullopt, std::nullopt}};
  return task;
}

// The same with an early exit; both heads know all classes.
inline Task SyntheticExitTask() {
  Task task = SyntheticTask();
  task.design = LittleDesign::kEarlyExit;
  task.little.outputs = {0, 1, 2, 3};
  task.little.temperatures = {1.0F, 1.0F};
  task.heads.push_back(task.heads.front());
  return task;
}

inline void Append(const std::vector<float>& row, NetLogits& logits) {
  logits.outputs = row.size();
  logits.values.insert(logits.values.end(), row.begin(), row.end());
}

// Unit noise on every output, and `signal` on the right one.
inline void AppendNoisy(const NetDescription& net, int truth, double signal, Random& random,
                        NetLogits& logits) {
  std::vector<float> row;
  std::size_t right = net.outputs.size() - 1;  // other, or what stands last
  for (std::size_t i = 0; i < net.outputs.size(); ++i) {
    if (net.outputs[i] == truth) right = i;
  }
  for (std::size_t i = 0; i < net.outputs.size(); ++i) {
    row.push_back(static_cast<float>(random.Normal() + (i == right ? signal : 0.0)));
  }
  Append(row, logits);
}

struct Signals {
  std::vector<double> heads = {2.0};  // the more, the more often right
  double big = 4.0;
};

// All classes alike often.
inline CascadeTable SyntheticTable(const Task& task, std::size_t readings, std::uint64_t seed,
                                   const Signals& signals = {}) {
  Random random(seed);
  CascadeTable table;
  table.heads.resize(task.little.heads());
  for (std::size_t i = 0; i < readings; ++i) {
    const int truth = static_cast<int>(random.Below(task.labels.size()));
    table.truth.push_back(truth);
    for (std::size_t head = 0; head < table.heads.size(); ++head) {
      AppendNoisy(task.little, truth, signals.heads[head], random, table.heads[head]);
    }
    AppendNoisy(task.big, truth, signals.big, random, table.big);
  }
  return table;
}

// `count` rows of `from`, drawn independently, each as likely as any other.
inline CascadeTable Draw(const CascadeTable& from, std::size_t count, Random& random) {
  CascadeTable table;
  table.heads.resize(from.heads.size());
  const auto copy = [](const NetLogits& source, std::size_t row, NetLogits& target) {
    const auto logits = source.row(row);
    Append({logits.begin(), logits.end()}, target);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = random.Below(from.size());
    table.truth.push_back(from.truth[row]);
    for (std::size_t head = 0; head < from.heads.size(); ++head) {
      copy(from.heads[head], row, table.heads[head]);
    }
    copy(from.big, row, table.big);
  }
  return table;
}

}  // namespace biglittle
