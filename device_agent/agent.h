// A device's whole flow, from sample to result, joined in one place: normalise, classify with the
// little net, decide, escalate, end. Promises that every reading given to it ends in exactly one
// final result, provided that OnTime is called when NextWake says so.
//
// Neither thread nor clock nor network inside: the shell (agent_loop.h) brings them. Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/fleet/device_settings.h"
#include "core/fleet/fleet_config.h"
#include "core/log_limit.h"
#include "core/outcome.h"
#include "core/task/reading.h"
#include "core/task/task.h"
#include "device_agent/agent_counters.h"
#include "device_agent/agent_metrics.h"
#include "device_agent/control/snapshot_keeper.h"
#include "device_agent/escalation/escalation_purpose.h"
#include "device_agent/escalation/escalator.h"
#include "device_agent/intake/intake.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/recent_outcomes.h"
#include "device_agent/recording/window_recorder.h"
#include "device_agent/results/outcome_result.h"
#include "device_agent/results/result_outlet.h"
#include "device_agent/results/result_store.h"
#include "device_agent/sources/sample.h"
#include "device_agent/state/state_outlet.h"
#include "wire/message.h"
#include "wire/mqtt_packets.h"

namespace biglittle {

// As an EscalationPurpose it answers a reading: the end of its escalation is the reading's.
class Agent final : private EscalationPurpose {
 public:
  // Takes a message to be published; not OK if it was refused.
  using Publish = std::function<absl::Status(wire::Message)>;
  // What belongs to one task and device.
  struct Parts {
    Task task;
    LocalClassifier little;
    ReadingDeadlines deadlines;
    std::optional<ResultStore> store;
    std::unique_ptr<WindowRecorder> recorder = nullptr;  // nullptr: no window is kept
  };

  // `run` distinguishes this run of the agent from every other. What an earlier run left open in
  // the store ends now.
  Agent(const FleetConfig& fleet, const DeviceConfig& device, Parts parts, std::string run,
        Publish publish, const Clock& clock);
  ~Agent() override = default;
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // The sequence number of the next reading: how many the device has had in all its runs.
  std::uint64_t next_sequence() const { return next_sequence_; }

  // From now on times are told to `metrics`, which must outlive the agent; nullptr: to nobody.
  void Observe(const AgentMetrics* metrics) { metrics_ = metrics; }

  // One reading in, captured at `captured_at`, not later than now.
  void OnSample(Sample sample, SteadyTime captured_at);
  // Readings that nobody will classify, because too many came.
  void OnDropped(std::span<const DroppedReading> readings);
  // One message of the reply topic in.
  void OnReply(const wire::Message& message) { escalator_.OnReply(message); }
  // The broker can be reached, or not any more. Begins as not. `max_packet_bytes`: what it takes
  // (wire/mqtt_packets.h), where it can be reached.
  void OnLink(bool up, std::size_t max_packet_bytes = wire::kMaxPacketBytes);
  // What became of a message with this tag. Those of results in the store must all be told, of
  // others only that they were refused.
  void OnDelivered(std::uint64_t tag, wire::Delivery delivery);
  // A message that was taken to be published and is too large for the broker.
  void OnTooLarge(wire::Message message);
  // From the next reading on. The rule is of the agent's task.
  void Set(const EscalationRule& rule, const DeviceSettings& settings);
  // Ends what has run out of time, sends what is due.
  void OnTime();
  // Ends everything that is pending, because the agent stops.
  void EndAll() {
    escalator_.EndAll();
    outlet_.SendNow();
  }

  // When OnTime has something to do.
  std::optional<SteadyTime> NextWake() const;
  std::size_t pending() const { return escalator_.pending(); }
  // One more reading could be escalated now.
  bool has_room() const { return escalator_.has_room(); }
  ResultOutlet& outlet() { return outlet_; }
  SnapshotKeeper& snapshots() { return snapshots_; }

  // Everything counted since the start; docs/wire.md names each counter.
  const Task& task() const { return task_; }
  std::map<std::string, std::uint64_t> counters() const;
  // Of the last readings; nullopt before the first has ended.
  std::optional<wire::RecentReadings> recent() const { return recent_.Summary(); }

 private:
  Reading NewReading(Sample sample, SteadyTime captured_at);
  LittleVerdict Unclassified(const Reading& reading) const;
  // `sent`: the window, or the features in its place.
  void Escalate(LittleVerdict verdict, Tensor sent);
  void WriteDown(const LittleVerdict& verdict);
  void FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail = {});
  void End(const LittleVerdict& verdict, const Outcome& outcome) override;
  void CountEnd(const LittleVerdict& verdict, const Outcome& outcome, const wire::Result& result);
  wire::Result MakeResult(const LittleVerdict& verdict, const Outcome& outcome) const;
  void EndRestarted(wire::Result& result, Milliseconds since);
  void Count(AgentCounters::Event event) { own_counters_.Count(event); }

  // Constant after construction.
  const Task task_;
  const ResultOrigin origin_;
  const ReadingDeadlines deadlines_;
  const Clock& clock_;

  const AgentMetrics* metrics_ = nullptr;
  LogLimit invalid_said_{std::chrono::minutes(1)};
  AgentCounters own_counters_;
  RecentOutcomes recent_;
  std::map<std::string, std::uint64_t> counters_;  // of the parts
  AnswerMode answer_mode_;
  LocalClassifier little_;
  SnapshotKeeper snapshots_;
  ResultOutlet outlet_;
  std::unique_ptr<StateOutlet> state_;  // nullptr: none is published
  const std::unique_ptr<WindowRecorder> recorder_;
  Escalator escalator_;
  std::uint64_t next_sequence_;
  wire::Result ended_;  // the last one that End made, to be written anew
};

}  // namespace biglittle
