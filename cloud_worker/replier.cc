#include "cloud_worker/replier.h"

#include <map>
#include <utility>

namespace biglittle {

Replier::Replier(wire::Topics topics, std::string worker)
    : topics_(std::move(topics)), worker_(std::move(worker)) {}

std::vector<wire::Message> Replier::Reply(
    std::vector<Answer> answers, std::optional<SteadyTime> begun_at,
    std::optional<std::chrono::microseconds> previous_send_time) const {
  std::map<ReplyAddress, wire::EscalationReply> replies;
  for (Answer& answer : answers) {
    wire::EscalationReply& reply = replies[std::move(answer.address)];
    reply.worker = worker_;
    reply.previous_send_time = previous_send_time;
    reply.replies.push_back(std::move(answer.reply));
  }
  std::vector<wire::Message> messages;
  messages.reserve(replies.size());
  for (const auto& [address, reply] : replies) {
    messages.push_back(ToMessage(address, reply));
    messages.back().begun_at = begun_at;
  }
  return messages;
}

wire::Message Replier::Refuse(const ReplyAddress& address, wire::Rejection rejection) const {
  wire::EscalationReply reply;
  reply.worker = worker_;
  reply.rejection = std::move(rejection);
  return ToMessage(address, reply);
}

wire::Message Replier::ToMessage(const ReplyAddress& address,
                                 const wire::EscalationReply& reply) const {
  wire::Message message;
  message.topic = topics_.Reply(address.device);
  message.payload = Encode(reply);
  message.content_type = wire::kProtobufContent;
  message.correlation_data = address.correlation_data;
  return message;
}

}  // namespace biglittle
