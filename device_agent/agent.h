// A device's whole flow, from sample to result, joined in one place: normalise, classify with the
// little net, decide, escalate, end. Promises that every sample given to it ends in exactly one
// final result, provided that OnTime is called when NextWake says so.
//
// Neither thread nor clock nor network inside: the shell (agent_loop.h) brings them. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet_config.h"
#include "core/outcome.h"
#include "core/reading.h"
#include "core/task.h"
#include "device_agent/agent_metrics.h"
#include "device_agent/local_classifier.h"
#include "device_agent/outcome_result.h"
#include "device_agent/pending_escalations.h"
#include "device_agent/sources/reading_source.h"
#include "wire/escalation.h"
#include "wire/message.h"
#include "wire/topics.h"

namespace biglittle {

class Agent {
 public:
  // Takes a message to be published; not OK if it was refused.
  using Publish = std::function<absl::Status(wire::Message)>;

  // `run` distinguishes this run of the agent from every other; `little` is the task's.
  Agent(const FleetConfig& fleet, const DeviceConfig& device, Task task, LocalClassifier little,
        std::string run, Publish publish, const Clock& clock);

  // From now on times are told to `metrics`, which must outlive the agent; nullptr: to nobody.
  void Observe(const AgentMetrics* metrics) { metrics_ = metrics; }

  // One reading in.
  void OnSample(Sample sample);
  // One message of the reply topic in.
  void OnReply(const wire::Message& message);
  // Ends what has run out of time.
  void OnTime();
  // Ends everything that is pending, because the agent stops.
  void EndAll();

  // When OnTime has something to do.
  std::optional<SteadyTime> NextWake() const { return pending_.NextExpiry(); }
  std::size_t pending() const { return pending_.size(); }
  // One more reading could be escalated now.
  bool has_room() const { return !pending_.full(); }

  // Everything counted since the start; docs/wire.md names each counter.
  std::map<std::string, std::uint64_t> counters() const;

 private:
  void Escalate(LittleVerdict verdict, Tensor window);
  void OnReadingReply(const wire::ReadingReply& reply, const std::string& request_id,
                      const std::string& worker);
  void OnPrediction(const PendingEscalation& escalation, const wire::CloudPrediction& answer,
                    const std::string& worker);
  void OnRejection(const PendingEscalation& escalation, const wire::Rejection& rejection);
  void FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail = {});
  void End(const LittleVerdict& verdict, const Outcome& outcome,
           const std::optional<CloudTiming>& timing = std::nullopt);
  void Count(const char* name) { ++counters_[name]; }

  // Constant after construction.
  const Task task_;
  const ResultOrigin origin_;
  const Milliseconds deadline_margin_;
  const std::string escalate_topic_;
  const std::string reply_topic_;
  const std::string result_topic_;
  const Publish publish_;
  const Clock& clock_;

  const AgentMetrics* metrics_ = nullptr;
  LocalClassifier little_;
  PendingEscalations pending_;
  std::uint64_t next_sequence_ = 0;
  std::map<std::string, std::uint64_t> counters_;
};

}  // namespace biglittle
