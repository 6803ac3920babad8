// What both nets say about labelled readings: the data that `tune` and `evaluate` work on. Logits,
// so that every temperature, score and threshold can be tried without running the nets again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/tuning/labelled_data.h"
#include "core/prediction.h"
#include "core/task/task.h"

namespace biglittle {

struct NetLogits {
  std::size_t outputs = 1;
  std::vector<float> values;  // [readings, outputs]

  std::span<const float> row(std::size_t i) const {
    return std::span(values).subspan(i * outputs, outputs);
  }
};

// Invariant: every part has a row for each reading.
struct CascadeTable {
  std::vector<int> truth;
  std::vector<std::int64_t> groups;  // whom or what a reading is of; empty: not known
  std::vector<NetLogits> heads;      // of the little net, the early exit first
  NetLogits big;

  std::size_t size() const { return truth.size(); }
};

// Runs both nets of `task` over all of `data`: the little one reading by reading as a device does,
// the big one on what of a reading arrives at a worker.
// `progress` is told how many readings are done. Errors: as the nets'; InvalidArgument where a
// window does not fit the task or a logit is not finite, naming its row.
absl::StatusOr<CascadeTable> RunNets(const Task& task, const LabelledData& data,
                                     const std::function<void(std::size_t)>& progress);

// The predictions of one net for some rows, in their order.
std::vector<Prediction> Predictions(const NetLogits& logits, const NetDescription& net,
                                    float temperature);

// All predictions of a table at the task's temperatures.
struct CascadePredictions {
  std::vector<std::vector<Prediction>> heads;  // [head][row]
  std::vector<Prediction> big;                 // [row]

  static CascadePredictions Of(const Task& task, const CascadeTable& table);
};

}  // namespace biglittle
