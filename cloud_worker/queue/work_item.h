// What flows through the worker, arrow by arrow: a reading to classify, a batch of them, an answer.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/tensor.h"
#include "wire/messages/escalation.h"

namespace biglittle {

// The device and request that an answer belongs to.
struct ReplyAddress {
  std::string device;
  std::string correlation_data;
  // The device reads replies to several of its requests in one message.
  bool packs = false;

  auto operator<=>(const ReplyAddress&) const = default;
};

// What it carries has been checked against the task: it can be classified as it is.
struct WorkItem {
  ReplyAddress address;
  std::string task;
  std::uint64_t sequence = 0;
  Tensor window;  // or the features in its place, where the task escalates those
  SteadyTime arrived_at;
  SteadyTime expires_at;
  std::uint32_t priority = wire::kNormalPriority;
  SteadyTime queued_at;     // it was checked by then
  bool same_clock = false;  // the sender wants to know arrived_at
};

// Items of one task, the most urgent first; at least one and at most max_batch_size.
struct Batch {
  std::string task;
  std::vector<WorkItem> items;
};

// What one reading gets, a prediction or a refusal, and where it goes.
struct Answer {
  ReplyAddress address;
  wire::ReadingReply reply;
};

// The same refusal for each of them.
inline std::vector<Answer> RefuseAll(std::vector<WorkItem> items, const wire::Rejection& why) {
  std::vector<Answer> answers;
  answers.reserve(items.size());
  for (WorkItem& item : items) answers.push_back({std::move(item.address), {item.sequence, why}});
  return answers;
}

}  // namespace biglittle
