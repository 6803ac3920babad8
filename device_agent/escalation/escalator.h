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
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/escalation_config.h"
#include "core/log_limit.h"
#include "core/outcome.h"
#include "core/random.h"
#include "core/tensor.h"
#include "device_agent/escalation/ended_escalations.h"
#include "device_agent/escalation/escalation_purpose.h"
#include "device_agent/escalation/pending_escalations.h"
#include "device_agent/escalation/repliers.h"
#include "device_agent/escalation/request_id.h"
#include "device_agent/escalation/request_packer.h"
#include "device_agent/escalation/round_trip.h"
#include "device_agent/escalation/time_gate.h"
#include "device_agent/little/little_verdict.h"
#include "wire/message.h"
#include "wire/messages/escalation.h"
#include "wire/mqtt_packets.h"
#include "wire/topics.h"

namespace biglittle {

class Escalator {
 public:
  struct Options {
    std::string device;
    wire::Topics topics;
    std::string task;
    std::size_t classes = 0;                  // of the task
    WireDType wire_dtype = WireDType::kAsIs;  // of what is escalated
    std::string features_of;  // of the task: core/task/escalated_tensor.h; empty: windows are sent
    std::string big_digest;   // of the task; empty: any
    std::string run;
    EscalationConfig config;
    // Of a request's windows together, more than one of them.
    std::size_t max_request_bytes = std::size_t{256} << 10U;
    // The worker shares our clock and shall say when requests arrive; for measurements.
    bool same_clock = false;
  };
  // Takes a request to be published; not OK if it was refused.
  using Publish = std::function<absl::Status(wire::Message)>;
  using Counters = std::map<std::string, std::uint64_t>;

  // `counters` is counted into, and must outlive the escalator as `clock` must.
  Escalator(Options options, Publish publish, Counters& counters, const Clock& clock);

  // `prioritised`: the little net takes it for a class that goes before others in the worker.
  // `sent` is what the request carries of the reading: its window, or with features_of its
  // features. `purpose` is told the end, and must outlive the escalation.
  void Escalate(LittleVerdict verdict, Tensor sent, bool prioritised, EscalationPurpose& purpose);
  // The broker refused the request with this number, which its tag has, or does not take one so
  // large; `mend` says what helps. Of its readings those end that nobody can answer any more.
  void OnRefused(std::uint64_t request_number, std::string_view mend);
  // One message of the reply topic.
  void OnReply(const wire::Message& message);
  // The broker can be reached, or not any more. Begins as not. `max_packet_bytes`: as
  // Agent::OnLink.
  void OnLink(bool up, std::size_t max_packet_bytes = wire::kMaxPacketBytes);
  // From the next request on.
  void SetBudget(const EscalationBudget& budget);
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
  void Send(const RequestPacker::Pack& pack, SteadyTime now);
  void SendHalves(const RequestPacker::Pack& pack, SteadyTime now);
  wire::Message MakeRequest(const RequestPacker::Pack& pack, const RequestName& name,
                            SteadyTime now) const;
  void NotTaken(std::span<const std::uint64_t> sequences, const absl::Status& why);
  SteadyTime::duration RetryTimeout(std::size_t attempt, SteadyTime::duration left);
  void OnReadingReply(const wire::ReadingReply& item, const std::string& request_id,
                      const wire::EscalationReply& reply);
  void OnStrayReply(std::uint64_t sequence, const std::string& request_id);
  void OnPrediction(PendingEscalation escalation, const wire::CloudPrediction& answer,
                    const wire::EscalationReply& reply);
  bool IsUnexpected(const wire::CloudPrediction& answer);
  void OnRejection(std::uint64_t sequence, const std::string& request_id,
                   const wire::Rejection& rejection);
  void SayRejection(std::uint64_t sequence, const wire::Rejection& rejection);
  std::optional<SteadyTime> AfterRejection(const PendingEscalation& escalation,
                                           const std::string& refused_before,
                                           const wire::Rejection& rejection, SteadyTime now);
  void Observe(const std::string& request_id, SteadyTime first_sent_at, std::size_t attempts);
  void Forget(const PendingEscalation& escalation, bool answered);
  void FallBack(const PendingEscalation& escalation, FallbackReason reason,
                std::string detail = {});
  bool IsWorthReading(const wire::Message& message);
  void Count(const std::string& name) { ++counters_[name]; }

  // Constant after construction.
  const Options options_;
  const std::string escalate_topic_;
  const std::string response_topic_;
  const Publish publish_;
  Counters& counters_;
  const Clock& clock_;

  PendingEscalations pending_;
  EndedEscalations ended_;
  RoundTrip round_trip_;
  TimeGate gate_;
  RequestPacker packer_;
  RequestIds request_ids_;
  Random jitter_;
  std::uint64_t requests_ = 0;
  // Of the reply that is looked at.
  std::string replier_;  // its worker
  bool replier_answers_ = false;
  std::string observed_request_;  // whose round trip was counted
  Repliers repliers_;
  LogLimit refusal_said_;
  LogLimit rejection_said_;
  bool link_up_ = false;
  std::size_t max_packet_bytes_ = wire::kMaxPacketBytes;
  SteadyTime looked_at_{};          // what was due until then was seen
  std::optional<SteadyTime> wake_;  // some of it waits for companions or for budget
};

}  // namespace biglittle
