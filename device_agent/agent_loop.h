// The shell around Agent: brings it the sensor's samples, the broker's messages and the time, on
// one thread, and says online, stopped and the counters on the retained status topic.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/log_limit.h"
#include "device_agent/agent.h"
#include "device_agent/control/control_inbox.h"
#include "device_agent/device_control.h"
#include "device_agent/device_status.h"
#include "device_agent/expiry_notices.h"
#include "device_agent/home_assistant/birth_listener.h"
#include "device_agent/home_assistant/discovery_outlet.h"
#include "device_agent/intake/intake.h"
#include "device_agent/session_news.h"
#include "wire/http/program_health.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/mqtt/refusal_gauge.h"

namespace biglittle {

class AgentLoop {
 public:
  // Copies what it needs of `fleet` and `device`. `intake` has not been started; `listener` is its
  // source's, if it has one.
  AgentLoop(const FleetConfig& fleet, const DeviceConfig& device, Agent::Parts parts,
            std::unique_ptr<Intake> intake,
            std::shared_ptr<wire::TopicListener> listener = nullptr);

  // Before Run: whom to tell how it goes. Both must outlive the loop.
  void Observe(wire::ProgramHealth* health, const AgentMetrics* metrics);

  // Before Run: the first reading is due this long after it began. For devices of one process,
  // whose sensors would else all speak at once.
  void Delay(SteadyTime::duration first_reading) { first_reading_after_ = first_reading; }

  // Runs until no more readings will come or Stop() is called; then ends what is pending,
  // hands over what waits for the broker (at most drain_timeout), says stopped and disconnects.
  // Not OK if the source failed, if an exception ended the flow, or if results are lost because
  // they could not be delivered; what is in the store is not lost. Throws only before the first
  // reading.
  absl::Status Run();

  // Makes Run return soon. From any thread.
  void Stop();

 private:
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet,
                                            std::shared_ptr<wire::TopicListener> listener);

  // The session's threads.
  void OnDelivered(std::uint64_t tag, wire::Delivery delivery);
  void OnTooLarge(wire::Message&& message);
  void NoteLargeStatus();  // any thread

  bool stop_requested() const { return stop_requested_.load(std::memory_order_acquire); }

  // The thread of Run.
  void Flow();
  void TakeNews();
  void PublishStatusIfDue(SteadyTime now);
  Pressure PressureNow() const;
  void TakeReadings(SteadyTime now);
  void Steer();
  void ShowSteering();
  void Discover();
  void EndIntake(SteadyTime deadline);
  SteadyTime NextWake() const;
  std::string Condition(bool connected) const;
  void EmptyStore(SteadyTime deadline);
  void ReportHealth(SteadyTime now);
  std::map<std::string, std::uint64_t> Counters();
  absl::Status Finish();
  std::size_t Drain(SteadyTime deadline);

  // Constant after construction.
  const DeviceConfig device_;

  std::atomic<bool> stop_requested_{false};

  // Used by the thread of Run only.
  const std::unique_ptr<Intake> intake_;
  SteadyTime::duration first_reading_after_{0};
  SteadyTime next_status_at_;
  wire::ProgramHealth* health_ = nullptr;

  SessionNews news_;
  DeviceStatus status_;
  LogLimit large_status_said_;
  ExpiryNotices expiry_;         // the thread of Run's
  wire::RefusalGauge refusals_;  // by TagKind
  const std::shared_ptr<ControlInbox> control_inbox_;
  const std::shared_ptr<BirthListener> births_;  // Home Assistant's; nullptr: nobody asks

  // After what its callbacks use, so that it ends first.
  wire::MqttSession session_;
  Agent agent_;
  DeviceControl control_;
  DiscoveryOutlet discovery_;
};

}  // namespace biglittle
