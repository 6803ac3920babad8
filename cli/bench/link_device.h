// A device that does nothing but escalate: the escalation path of device_agent over a session of
// its own, timed.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/bounded_queue.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/program/stop_signal.h"
#include "core/tensor.h"
#include "device_agent/escalation/escalation_purpose.h"
#include "device_agent/escalation/escalator.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {

inline constexpr char kLinkDevice[] = "device-1";
inline constexpr char kLinkWorker[] = "worker-1";

// From the decision to escalate to the answer, in order.
enum class LinkStage : std::size_t {
  kEncode,       // pending table, codec
  kOutbox,       // until the session's thread takes it
  kPublish,      // hand-over to Paho
  kBrokerThere,  // from there until the worker's session has it
  kTake,         // worker: decoded, checked and queued
  kQueue,        // worker: until its batch begins
  kNet,          // worker: normalisation and net
  kSend,         // worker: remembered, encoded, outbox, hand-over to Paho
  kBrokerBack,   // until the device's session has the reply
  kReceive,      // device: until it has ended the reading
};
inline constexpr std::array<const char*, 10> kLinkStageNames = {
    "encode", "outbox", "publish", "broker_there", "take",
    "queue",  "net",    "send",    "broker_back",  "receive"};

struct LinkRun {
  std::vector<double> round_trips_us;  // in order
  // Of each stage, only where one reading went at a time; as many as could be told apart.
  std::array<std::vector<double>, kLinkStageNames.size()> stages_us;
  double readings_per_s = 0.0;
};

// One thread calls it. Its session hands over on that thread only while no other one lives in the
// process (decision 016), so that whoever compares two devices ends one before the other connects.
class LinkDevice final : private EscalationPurpose {
 public:
  // `max_pending`: of readings under way at once.
  LinkDevice(const FleetConfig& fleet, const std::string& task, Tensor window,
             std::size_t max_pending);

  // Unavailable if the broker does not answer until `deadline`. The worker must be online already.
  absl::Status Connect(SteadyTime deadline);

  // Escalates for `length`, `window` readings under way at once, and waits for the last answers.
  // Internal if one had no answer of the big net, Cancelled as soon as `stop` is requested.
  absl::StatusOr<LinkRun> Run(std::size_t window, std::chrono::duration<double> length,
                              const StopSignal& stop);

  // Payloads of a request and of a reply of one reading; 0 before the first Run of a window of one.
  std::size_t request_bytes() const { return request_bytes_; }
  std::size_t reply_bytes() const { return reply_bytes_; }

 private:
  // When a message left the outbox and was in Paho's hands.
  struct HandOver {
    std::string request_id;
    SteadyTime taken_at;
    SteadyTime handed_at;
  };
  // The one reading under way, where there is only one.
  struct Trip {
    SteadyTime decided_at;
    SteadyTime encoded_at;
    SteadyTime received_at;
    SteadyTime ended_at;
    wire::Message reply;
  };

  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  absl::Status Publish(wire::Message message);
  void End(const LittleVerdict& verdict, const Outcome& outcome) override;
  void Escalate();
  void Handle(wire::Message message);
  // Into `run`: all of a trip but what the worker's next reply will say, and that of the last one.
  void KeepStages(LinkRun& run);

  const wire::Topics topics_;
  const std::string run_;
  const Tensor reading_;
  BoundedQueue<wire::Message> inbox_{100'000};
  Escalator::Counters counters_;
  std::uint64_t next_sequence_ = 0;
  std::size_t request_bytes_ = 0;
  std::size_t reply_bytes_ = 0;
  bool alone_ = true;           // readings go one at a time
  LinkRun* current_ = nullptr;  // where End puts its round trips
  std::string failure_;
  Trip trip_;
  // Between the end of the last trip's batch and its reply's arrival, in us.
  std::optional<double> way_back_us_;

  // Protected by mutex_.
  std::mutex mutex_;
  HandOver handed_over_;

  // After what its callbacks use, so that it ends first.
  wire::MqttSession session_;
  Escalator escalator_;
};

}  // namespace biglittle
