#include "cloud_worker/replies/reply_builder.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

namespace biglittle {

namespace {

constexpr std::size_t kMostReadings = wire::CodecLimits{}.max_readings;
// What one reading takes beside its probabilities and its text, at most.
constexpr std::size_t kReadingBytes = 128;
// What a packet has beside its payload, at most: topic, content type and correlation data.
constexpr std::size_t kMostFrameBytes = 768;

std::size_t BytesOf(const Answer& answer) {
  std::size_t bytes = kReadingBytes + answer.address.correlation_data.size();
  if (const auto* prediction = std::get_if<wire::CloudPrediction>(&answer.reply.answer)) {
    bytes += prediction->prediction.probabilities.size() * sizeof(float);
    return bytes + prediction->model_digest.size();
  }
  return bytes + std::get<wire::Rejection>(answer.reply.answer).detail.size();
}

}  // namespace

ReplyBuilder::ReplyBuilder(wire::Topics topics, std::string worker, std::size_t max_bytes)
    : topics_(std::move(topics)), worker_(std::move(worker)), max_bytes_(max_bytes) {}

std::vector<wire::Message> ReplyBuilder::Build(
    std::vector<Answer> answers, std::optional<SteadyTime> begun_at,
    std::optional<std::chrono::microseconds> previous_send_time,
    std::size_t max_packet_bytes) const {
  const std::size_t most =
      std::min(max_bytes_, max_packet_bytes - std::min(max_packet_bytes, kMostFrameBytes));
  std::vector<wire::Message> messages;
  const auto send = [&](const Draft& draft) {
    messages.push_back(ToMessage(draft.address, draft.reply));
    messages.back().begun_at = begun_at;
  };
  std::map<ReplyAddress, Draft> drafts;
  for (Answer& answer : answers) {
    ReplyAddress key = answer.address;
    // Of a device that was started anew the one run does not read what the other asked for.
    if (key.packs) key.correlation_data.erase(key.correlation_data.find_last_of('/') + 1);
    Draft& draft = drafts[std::move(key)];
    const std::size_t bytes = BytesOf(answer);
    if (!draft.reply.replies.empty() &&
        (draft.bytes + bytes > most || draft.reply.replies.size() >= kMostReadings)) {
      send(std::exchange(draft, {}));
    }
    if (draft.reply.replies.empty()) {
      draft.address = answer.address;
      draft.reply.packed = answer.address.packs;
      draft.reply.previous_send_time = previous_send_time;
    } else if (answer.address.correlation_data != draft.address.correlation_data) {
      answer.reply.request_id = std::move(answer.address.correlation_data);
    }
    draft.bytes += bytes;
    draft.reply.replies.push_back(std::move(answer.reply));
  }
  for (const auto& [key, draft] : drafts) send(draft);
  return messages;
}

wire::Message ReplyBuilder::Refusal(const ReplyAddress& address, wire::Rejection rejection) const {
  wire::EscalationReply reply;
  reply.rejection = std::move(rejection);
  return ToMessage(address, reply);
}

wire::Message ReplyBuilder::ToMessage(const ReplyAddress& address,
                                      const wire::EscalationReply& reply) const {
  wire::Message message;
  message.topic = topics_.Reply(address.device, worker_);
  message.payload = Encode(reply);
  message.content_type = wire::kProtobufContent;
  message.correlation_data = address.correlation_data;
  message.urgent = true;
  return message;
}

}  // namespace biglittle
