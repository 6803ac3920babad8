#include "tests/chaos/hostile_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxInbox = 100000;
constexpr char kName[] = "hostile";
constexpr int kClasses = 4;
// After the deadline, so that nobody can wait for it any more.
constexpr Milliseconds kTooLate{300};
constexpr std::chrono::seconds kIdle{1};

// The tiny task's windows have their class's number alone; see tests/support/tiny_task.h.
int ClassOf(const Tensor& window) {
  std::vector<float> values(window.data.size() / sizeof(float));
  std::memcpy(values.data(), window.data.data(), window.data.size());
  return static_cast<int>(std::ranges::max_element(values) - values.begin());
}

wire::ReadingReply Claim(std::uint64_t sequence, int class_index) {
  wire::CloudPrediction answer;
  answer.prediction.class_index = class_index;
  answer.prediction.confidence = 1.0F;
  answer.model_digest = "hostile";
  answer.batch_size = 1;
  return {sequence, std::move(answer)};
}

}  // namespace

HostileWorker::HostileWorker(const FleetConfig& fleet)
    : topics_(fleet.topic_root, fleet.fleet), inbox_(kMaxInbox), session_(SessionOptions(fleet)) {
  session_.Start();
  EXPECT_TRUE(session_.WaitConnected(steady_clock::now() + std::chrono::seconds(60)));
  thread_ = std::thread([this] { Run(); });
}

HostileWorker::~HostileWorker() {
  session_.Stop();
  inbox_.Close();
  thread_.join();
}

wire::MqttSession::Options HostileWorker::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.client_id = "chaos-hostile-worker";
  options.clean_start = true;
  options.subscriptions = {topics_.SharedEscalate(fleet.worker_group)};
  options.on_message = [this](wire::Message&& message) {
    static_cast<void>(!inbox_.TryPush(std::move(message)));
  };
  return options;
}

void HostileWorker::Run() {
  for (;;) {
    const SteadyTime now = steady_clock::now();
    while (!later_.empty() && later_.top().at <= now) {
      Send(later_.top().message);
      later_.pop();
    }
    const SteadyTime wake = later_.empty() ? now + kIdle : later_.top().at;
    if (const std::optional<wire::Message> message = inbox_.PopUntil(wake)) {
      Answer(*message);
    } else if (inbox_.closed()) {
      return;
    }
  }
}

void HostileWorker::Answer(const wire::Message& message) {
  auto content = wire::DecodeEscalationRequest(message.payload);
  const auto device = topics_.DeviceOfEscalate(message.topic);
  if (!content.ok() || !device) return;
  const Request request{*device, message.correlation_data, *std::move(content)};
  (this->*kMisdeeds[requests_++ % kMisdeeds.size()])(request);
  last_of_device_.insert_or_assign(*device, request);
}

void HostileWorker::AnswerNoSuchClass(const Request& request) { Send(Reply(request, 1000)); }

void HostileWorker::AnswerTwice(const Request& request) {
  Send(Reply(request, 0));
  Send(Reply(request, 1));
}

void HostileWorker::AnswerLate(const Request& request) {
  const Milliseconds time_left = request.content.readings.front().time_left;
  later_.push({steady_clock::now() + time_left + kTooLate, Reply(request, 1)});
}

// This device gets what another one asked for, and the other way round.
void HostileWorker::AnswerForAnother(const Request& request) {
  for (const auto& [device, other] : last_of_device_) {
    if (device == request.device) continue;
    wire::Message to_this = Reply(other, 1);
    to_this.topic = topics_.Reply(request.device, kName);
    Send(std::move(to_this));
    wire::Message to_other = Reply(request, 1);
    to_other.topic = topics_.Reply(device, kName);
    Send(std::move(to_other));
    return;
  }
}

void HostileWorker::AnswerGarbage(const Request& request) {
  wire::Message message = Reply(request, 0);
  message.payload = std::string("\xff\x00garbage", 9);
  Send(std::move(message));
}

void HostileWorker::AnswerNothing(const Request&) {}

wire::Message HostileWorker::Reply(const Request& request, int shift) const {
  wire::EscalationReply reply;
  for (const wire::EscalatedReading& reading : request.content.readings) {
    const int right = ClassOf(reading.window);
    const int claimed = shift < kClasses ? (right + shift) % kClasses : right + shift;
    reply.replies.push_back(Claim(reading.sequence, claimed));
  }
  wire::Message message;
  message.topic = topics_.Reply(request.device, kName);
  message.payload = Encode(reply);
  message.content_type = wire::kProtobufContent;
  message.correlation_data = request.correlation_data;
  return message;
}

void HostileWorker::Send(wire::Message message) {
  static_cast<void>(session_.Publish(std::move(message)));
}

}  // namespace biglittle::chaos
