#include "tests/chaos/hostile_member.h"

#include <gtest/gtest.h>

#include <utility>

#include "biglittle/v1/escalation.pb.h"
#include "tests/support/tiny_task.h"
#include "wire/messages/compression.h"
#include "wire/messages/escalation.h"

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

// Of the bytes that a fleet's messages may have by default, nearly all.
constexpr std::size_t kReplyBytes = 1'000'000;
constexpr std::size_t kInflated = wire::kMaxCompressedReadings - 16;
// Protobuf by hand: fields that no message of ours has.
constexpr char kUnknownNumber[] = "\x98\x06\x01";  // 99: 1
constexpr char kEmptyBytes[] = "\x9a\x06";         // 99: "", without its length
constexpr char kGroup[] = "\x9b\x06\x9c\x06";      // 99: {}

std::string Repeated(const std::string& part, std::size_t bytes) {
  std::string text;
  text.reserve(bytes);
  while (text.size() + part.size() <= bytes) text += part;
  return text;
}

const std::vector<std::string>& Bombs() {
  static const std::vector<std::string> bombs = [] {
    std::vector<std::string> made;
    for (const std::string& part :
         {std::string(kUnknownNumber), std::string(kEmptyBytes) + std::string(1, '\0'),
          std::string(kGroup)}) {
      v1::EscalationRequest request;
      request.set_task("tiny");
      request.set_zstd_readings(wire::Compress(Repeated(part, kInflated), kInflated).value());
      made.push_back(request.SerializeAsString());
    }
    return made;
  }();
  return bombs;
}

}  // namespace

HostileMember::HostileMember(const FleetConfig& fleet, const std::string& client_id,
                             std::vector<std::string> subscriptions,
                             std::function<void(HostileMember&, const wire::Message&)> on_message)
    : topics_(fleet.topic_root, fleet.fleet), session_([&] {
        wire::MqttSession::Options options;
        options.broker = fleet.broker;
        options.client_id = client_id;
        options.clean_start = true;
        options.subscriptions = std::move(subscriptions);
        options.on_message = [this, on_message](wire::Message&& message) {
          if (on_message) on_message(*this, message);
        };
        return options;
      }()) {
  session_.Start();
  EXPECT_TRUE(session_.WaitConnected(steady_clock::now() + std::chrono::seconds(60)));
}

HostileMember::~HostileMember() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  session_.Stop();
}

void HostileMember::Begin(Milliseconds period, Misdeed misdeed) {
  thread_ = std::thread([this, period, misdeed = std::move(misdeed)] {
    SteadyTime next = steady_clock::now();
    for (std::uint64_t number = 0; !stopping_; ++number) {
      Send(misdeed(number));
      next += period;
      std::this_thread::sleep_until(next);  // the pace of the attack, not a wait for anything
    }
  });
}

void HostileMember::Send(wire::Message message) {
  static_cast<void>(session_.Publish(std::move(message)));
}

wire::Message DearRequest(const wire::Topics& topics, const std::string& device,
                          std::uint64_t number) {
  wire::Message message;
  message.topic = topics.Escalate(device);
  message.response_topic = topics.ReplyBase(device);
  message.correlation_data = "dear/" + std::to_string(number);
  message.payload = Bombs()[number % Bombs().size()];
  return message;
}

wire::Message UrgentRequest(const wire::Topics& topics, const std::string& device,
                            std::uint64_t number) {
  wire::EscalationRequest request{"tiny", {}};
  for (std::uint64_t i = 0; i < wire::CodecLimits{}.max_readings; ++i) {
    request.readings.push_back({.sequence = number * wire::CodecLimits{}.max_readings + i,
                                .time_left = Milliseconds(60'000),
                                .window = TinySample(static_cast<int>(i % 4), false).window,
                                .priority = wire::kPrioritised});
  }
  wire::Message message;
  message.topic = topics.Escalate(device);
  message.response_topic = topics.ReplyBase(device);
  message.correlation_data = "urgent/" + std::to_string(number);
  message.payload = Encode(request);
  return message;
}

wire::Message DearReply(const wire::Topics& topics, const std::string& device,
                        const std::string& worker, const std::string& request_id) {
  static const std::string payload = Repeated(std::string("\x12\0", 2), kReplyBytes);
  wire::Message message;
  message.topic = topics.Reply(device, worker);
  message.correlation_data = request_id;
  message.payload = payload;
  return message;
}

}  // namespace biglittle::chaos
