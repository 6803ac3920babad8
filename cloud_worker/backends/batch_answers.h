// What is the same for all backends: which readings of a batch are computed, and what answers come
// of the net's predictions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/prediction.h"
#include "core/tensor.h"

namespace biglittle {

// Of one batch; not thread-safe. Knows no clock.
class BatchAnswers {
 public:
  // What has expired at `begin` is refused, the others are its samples.
  BatchAnswers(Batch batch, SteadyTime begin);

  // Readings to compute; 0: none is left.
  std::size_t samples() const { return computed_.size(); }
  const Tensor& window(std::size_t sample) const { return batch_.items[computed_[sample]].window; }

  // One answer for each item of the batch, in its order; `predictions` one for each sample,
  // computed by the net of that digest at `end`. A reading that overflows in the net is refused
  // alone: no device would read its answer, nor what shares a message with it.
  std::vector<Answer> Take(std::vector<Prediction> predictions, const std::string& model_digest,
                           SteadyTime end);

 private:
  wire::CloudPrediction PredictionFor(const WorkItem& item, Prediction prediction) const;

  const SteadyTime begin_;
  Batch batch_;  // its addresses are the answers'
  std::vector<Answer> answers_;
  std::vector<std::size_t> computed_;  // sample -> index into batch and answers
};

}  // namespace biglittle
