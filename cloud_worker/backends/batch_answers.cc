#include "cloud_worker/backends/batch_answers.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

namespace biglittle {
namespace {

std::chrono::microseconds Microseconds(SteadyTime::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

}  // namespace

BatchAnswers::BatchAnswers(Batch batch, SteadyTime begin)
    : begin_(begin), batch_(std::move(batch)) {
  answers_.reserve(batch_.items.size());
  computed_.reserve(batch_.items.size());
  for (WorkItem& item : batch_.items) {
    wire::ReadingReply reply{item.sequence, wire::Rejection{wire::RejectionReason::kExpired,
                                                            "its time ran out in the queue"}};
    if (item.expires_at > begin) computed_.push_back(answers_.size());
    answers_.push_back({std::move(item.address), std::move(reply)});
  }
}

std::vector<Answer> BatchAnswers::Take(std::vector<Prediction> predictions,
                                       const std::string& model_digest, SteadyTime end) {
  const auto compute_time = Microseconds(end - begin_);
  for (std::size_t sample = 0; sample < computed_.size(); ++sample) {
    const std::size_t at = computed_[sample];
    if (!std::isfinite(predictions[sample].confidence)) {
      answers_[at].reply.answer = wire::Rejection{
          wire::RejectionReason::kInvalid, "its values are too large for the big net", {}};
      continue;
    }
    wire::CloudPrediction answer = PredictionFor(batch_.items[at], std::move(predictions[sample]));
    answer.model_digest = model_digest;
    answer.compute_time = compute_time;
    answers_[at].reply.answer = std::move(answer);
  }
  return std::move(answers_);
}

wire::CloudPrediction BatchAnswers::PredictionFor(const WorkItem& item,
                                                  Prediction prediction) const {
  wire::CloudPrediction answer;
  answer.prediction = std::move(prediction);
  answer.queue_time = Microseconds(begin_ - item.arrived_at);
  answer.take_time = Microseconds(item.queued_at - item.arrived_at);
  if (item.same_clock) answer.arrived_at = item.arrived_at;
  answer.batch_size = static_cast<std::uint32_t>(computed_.size());
  return answer;
}

}  // namespace biglittle
