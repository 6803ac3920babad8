// Eight readings whose figures can be told by hand.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "cli/tuning/cascade_table.h"
#include "cli/tuning/evaluation.h"
#include "core/task/task.h"

namespace biglittle {

// An early exit that answers a and b from 0.9 on, a last head that does from 0.6 on.
inline Task HandMadeTask() {
  Task task;
  task.name = "hand-made";
  task.labels = {"a", "b", "c"};
  task.priority_classes = {0, 1};
  task.design = LittleDesign::kEarlyExit;
  task.little.outputs = {0, 1, 2};
  task.little.sha256 = "aa";
  task.little.temperatures = {1.0F, 1.0F};
  task.big.outputs = {0, 1, 2};
  task.big.sha256 = std::string(64, 'b');
  task.heads = {HeadRule{{0.9F, 0.9F, std::nullopt}, std::nullopt, std::nullopt},
                HeadRule{{0.6F, 0.6F, std::nullopt}, std::nullopt, std::nullopt}};
  return task;
}

// What a head says: a class and its probability; the others share the rest.
struct Said {
  std::size_t class_index;
  double probability;
};

inline void AppendSaid(const Said& said, NetLogits& logits) {
  logits.outputs = 3;
  for (std::size_t o = 0; o < 3; ++o) {
    const double p = o == said.class_index ? said.probability : (1.0 - said.probability) / 2;
    logits.values.push_back(static_cast<float>(std::log(p)));
  }
}

inline CascadeTable HandMadeTable() {
  const struct {
    int truth;
    Said exit;
    Said last;
    std::size_t big;
  } rows[] = {
      {0, {0, 0.95}, {0, 0.97}, 0},  // the exit, right
      {1, {0, 0.95}, {1, 0.7}, 1},   // the exit, wrong
      {0, {0, 0.5}, {0, 0.7}, 1},    // the last head, right; the big net would be wrong
      {2, {1, 0.5}, {1, 0.65}, 2},   // the last head, wrong
      {1, {1, 0.5}, {1, 0.55}, 1},   // escalated: not sure
      {2, {2, 0.99}, {2, 0.99}, 2},  // escalated: nobody may say c
      {0, {2, 0.5}, {2, 0.5}, 0},    // escalated
      {1, {1, 0.8}, {1, 0.8}, 1},    // the last head, right
  };
  CascadeTable table;
  table.heads.resize(2);
  for (const auto& row : rows) {
    table.truth.push_back(row.truth);
    AppendSaid(row.exit, table.heads[0]);
    AppendSaid(row.last, table.heads[1]);
    AppendSaid({row.big, 0.9}, table.big);
  }
  return table;
}

inline Costs HandMadeCosts() {
  Costs costs;
  costs.little_macs = 100;
  costs.exit_macs = 40;
  costs.big_macs = 1000;
  costs.big_only_bytes = 200.0;
  return costs;
}

}  // namespace biglittle
