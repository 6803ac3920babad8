// Everything between "the device asks the cloud" and the answer: whether there is time to ask, how
// much may be sent, when to ask again, which reply counts, and when to give up.
//
// Each reading given to Escalate ends exactly once, in a call of `end`, provided that OnTime is
// called when NextWake says so. Neither thread nor network inside. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet_config.h"
#include "core/little_verdict.h"
#include "core/outcome.h"
#include "core/random.h"
#include "core/tensor.h"
#include "device_agent/escalation/budget_meter.h"
#include "device_agent/escalation/ended_escalations.h"
#include "device_agent/escalation/pending_escalations.h"
#include "device_agent/escalation/round_trip.h"
#include "device_agent/escalation/time_gate.h"
#include "wire/escalation.h"
#include "wire/message.h"

namespace biglittle {

class Escalator {
 public:
  struct Options {
    std::string device;  // for the log
    std::string task;
    std::size_t classes = 0;  // of the task
    std::string run;
    std::string escalate_topic;
    std::string reply_topic;
    EscalationConfig config;
    // The worker shares our clock and shall say when requests arrive; for measurements.
    bool same_clock = false;
  };
  // Takes a request to be published; not OK if it was refused.
  using Publish = std::function<absl::Status(wire::Message)>;
  using End = std::function<void(const LittleVerdict& verdict, Outcome outcome)>;
  using Counters = std::map<std::string, std::uint64_t>;

  // `counters` is counted into, and must outlive the escalator as `clock` must.
  Escalator(Options options, Publish publish, End end, Counters& counters, const Clock& clock);

  // `prioritised`: the little net takes it for a class that goes before others in the worker.
  void Escalate(LittleVerdict verdict, Tensor window, bool prioritised);
  // One message of the reply topic.
  void OnReply(const wire::Message& message);
  // The broker can be reached, or not any more. Begins as not.
  void OnLink(bool up);
  // Ends what has run out of time, sends what is due.
  void OnTime();
  // Ends everything, because the agent stops.
  void EndAll();

  // When OnTime has something to do.
  std::optional<SteadyTime> NextWake() const;
  std::size_t pending() const { return pending_.size(); }
  bool has_room() const { return !pending_.full(); }

 private:
  void SendDue();
  void Send(const PendingEscalation& escalation, SteadyTime now);
  std::optional<SteadyTime> NextAttempt(std::size_t attempt, SteadyTime give_up_at, SteadyTime now);
  void OnReadingReply(const wire::ReadingReply& item, const std::string& request_id,
                      const wire::EscalationReply& reply);
  void OnStrayReply(std::uint64_t sequence, const std::string& request_id);
  void OnPrediction(PendingEscalation escalation, const wire::CloudPrediction& answer,
                    const wire::EscalationReply& reply);
  void OnRejection(std::uint64_t sequence, const std::string& request_id,
                   const wire::Rejection& rejection);
  std::optional<SteadyTime> AfterRejection(const PendingEscalation& escalation,
                                           const wire::Rejection& rejection, SteadyTime now);
  void Forget(const PendingEscalation& escalation, bool answered);
  void FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail = {});
  std::string RequestId(std::uint64_t sequence) const;
  void Count(const std::string& name) { ++counters_[name]; }

  // Constant after construction.
  const Options options_;
  const Publish publish_;
  const End end_;
  Counters& counters_;
  const Clock& clock_;

  PendingEscalations pending_;
  EndedEscalations ended_;
  RoundTrip round_trip_;
  TimeGate gate_;
  BudgetMeter budget_;
  Random jitter_;
  bool link_up_ = false;
  SteadyTime looked_at_{};                 // what was due until then was seen
  std::optional<SteadyTime> budget_wake_;  // some of it waits for budget
};

}  // namespace biglittle
