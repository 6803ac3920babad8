// An agent with a fake clock whose messages a test takes and answers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "device_agent/agent.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/tiny_task.h"
#include "wire/messages/result.h"

namespace biglittle {

inline constexpr Milliseconds kDeadline{100};
inline constexpr Milliseconds kMargin{5};

class AgentTest : public testing::Test {
 protected:
  AgentTest() { MakeAgent(EscalationConfig{}); }

  // Connected to its broker.
  void MakeAgent(EscalationConfig escalation, const Task& task = LoadTinyTask()) {
    DeviceConfig device;
    device.escalation = escalation;
    MakeAgent(std::move(device), task);
  }
  void MakeAgent(DeviceConfig device, const Task& task = LoadTinyTask(),
                 std::optional<ResultStore> store = std::nullopt, const std::string& run = "run") {
    FleetConfig fleet;
    fleet.fleet = "plant";
    device.id = "pump";
    device.deadline = kDeadline;
    device.escalation.deadline_margin = kMargin;
    // Where a test does not say otherwise, each reading has a request of its own.
    if (device.escalation.packing == EscalationPacking{}) {
      device.escalation.packing.max_readings = 1;
    }
    Agent::Parts parts{task, LocalClassifier::Load(task, device.escalation).value(),
                       ReadingDeadlines::Make(device, task).value(), std::move(store)};
    agent_.emplace(
        fleet, device, std::move(parts), run,
        [this](wire::Message message) { return Take(std::move(message)); }, clock_);
    agent_->OnLink(true);
  }

  void OnSample(Sample sample) { agent_->OnSample(std::move(sample), clock_.Now()); }

  // Lets time pass as the loop does: OnTime whenever NextWake says so.
  void Pass(Milliseconds time) {
    const SteadyTime end = clock_.Now() + time;
    agent_->OnTime();
    while (clock_.Now() < end) {
      const std::optional<SteadyTime> wake = agent_->NextWake();
      ASSERT_TRUE(!wake || *wake > clock_.Now()) << "would not sleep";
      clock_.Advance(std::min(end, wake.value_or(end)) - clock_.Now());
      agent_->OnTime();
    }
  }
  // A worker's refusal of the whole request.
  void Reject(const wire::Message& request, wire::RejectionReason reason,
              Milliseconds retry_after = {}) {
    agent_->OnReply(Wrap(request, {{}, wire::Rejection{reason, "no", retry_after}}));
  }
  std::uint64_t Counted(const std::string& name) { return agent_->counters()[name]; }

  absl::Status Take(wire::Message message) {
    if (message.topic == "biglittle/v1/plant/devices/pump/result") {
      if (!result_answer_.ok()) return result_answer_;
      const auto results = wire::DecodeResults(message.payload, message.content_type).value();
      results_.insert(results_.end(), results.begin(), results.end());
      batches_.push_back(results.size());
      if (message.tag != 0) tags_.push_back(message.tag);
      return absl::OkStatus();
    }
    EXPECT_EQ(message.topic, "biglittle/v1/plant/devices/pump/escalate");
    if (refuse_requests_) return absl::ResourceExhaustedError("the backlog is full");
    requests_.push_back(std::move(message));
    return absl::OkStatus();
  }

  // A worker's answer to a request, as it would arrive.
  static wire::Message Answer(const wire::Message& request, int class_index) {
    const auto asked = wire::DecodeEscalationRequest(request.payload).value();
    wire::EscalationReply reply;
    wire::CloudPrediction prediction;
    prediction.prediction.class_index = class_index;
    prediction.prediction.confidence = 0.99F;
    prediction.model_digest = "feed";
    prediction.queue_time = std::chrono::microseconds(1500);
    prediction.take_time = std::chrono::microseconds(250);
    reply.replies.push_back({asked.readings.front().sequence, prediction});
    return Wrap(request, reply);
  }

  static wire::Message Wrap(const wire::Message& request, const wire::EscalationReply& reply) {
    wire::Message message;
    message.topic = request.response_topic + "/worker-1";
    message.payload = Encode(reply);
    message.correlation_data = request.correlation_data;
    return message;
  }

  FakeClock clock_;
  std::optional<Agent> agent_;
  bool refuse_requests_ = false;
  absl::Status result_answer_;  // of the session, to results
  std::vector<wire::Message> requests_;
  std::vector<wire::Result> results_;
  std::vector<std::size_t> batches_;  // how many results each message had
  std::vector<std::uint64_t> tags_;   // of those that the agent wants to hear about again
};

}  // namespace biglittle
