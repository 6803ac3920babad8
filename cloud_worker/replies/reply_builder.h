// Answers become messages on the reply topics of the devices that asked.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "wire/message.h"
#include "wire/messages/escalation.h"
#include "wire/mqtt_packets.h"
#include "wire/topics.h"

namespace biglittle {

// Immutable, thread-safe.
class ReplyBuilder {
 public:
  // `max_bytes`: of a message's payload.
  ReplyBuilder(wire::Topics topics, std::string worker, std::size_t max_bytes);

  // One message for each request that the answers belong to, or for each device that reads several
  // requests' answers in one; more where it would be too large, for `max_bytes` or for a broker
  // that takes packets of `max_packet_bytes` (wire/mqtt_packets.h). `begun_at` goes with each,
  // `previous_send_time` into each.
  std::vector<wire::Message> Build(std::vector<Answer> answers,
                                   std::optional<SteadyTime> begun_at = {},
                                   std::optional<std::chrono::microseconds> previous_send_time = {},
                                   std::size_t max_packet_bytes = wire::kMaxPacketBytes) const;
  // The refusal of a request as a whole.
  wire::Message Refusal(const ReplyAddress& address, wire::Rejection rejection) const;

 private:
  // A message in the making.
  struct Draft {
    ReplyAddress address;
    wire::EscalationReply reply;
    std::size_t bytes = 0;  // about
  };

  wire::Message ToMessage(const ReplyAddress& address, const wire::EscalationReply& reply) const;

  const wire::Topics topics_;
  const std::string worker_;
  const std::size_t max_bytes_;
};

}  // namespace biglittle
