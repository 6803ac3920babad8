// The last stage of a worker: answers become messages on the reply topics of the devices that
// asked.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/work_item.h"
#include "wire/escalation.h"
#include "wire/message.h"
#include "wire/topics.h"

namespace biglittle {

// Immutable, thread-safe.
class Replier {
 public:
  Replier(wire::Topics topics, std::string worker);

  // One message for each request that the answers belong to. `begun_at` goes with each,
  // `previous_send_time` into each.
  std::vector<wire::Message> Reply(
      std::vector<Answer> answers, std::optional<SteadyTime> begun_at = {},
      std::optional<std::chrono::microseconds> previous_send_time = {}) const;
  // The refusal of a request as a whole.
  wire::Message Refuse(const ReplyAddress& address, wire::Rejection rejection) const;

 private:
  wire::Message ToMessage(const ReplyAddress& address, const wire::EscalationReply& reply) const;

  const wire::Topics topics_;
  const std::string worker_;
};

}  // namespace biglittle
