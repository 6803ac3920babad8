// Somebody who holds one identity of the fleet and does his worst with it, at a rate that he keeps.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "wire/message.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle::chaos {

class HostileMember {
 public:
  // Makes the next message, of `number` from 0 on.
  using Misdeed = std::function<wire::Message(std::uint64_t number)>;

  // Connects, and reads what comes on `subscriptions`: `on_message`, which may answer by Send, is
  // called on the session's thread.
  HostileMember(const FleetConfig& fleet, const std::string& client_id,
                std::vector<std::string> subscriptions = {},
                std::function<void(HostileMember&, const wire::Message&)> on_message = {});
  ~HostileMember();  // ends the misdeeds
  HostileMember(const HostileMember&) = delete;
  HostileMember& operator=(const HostileMember&) = delete;

  const wire::Topics& topics() const { return topics_; }
  // One every `period` from now on. Once.
  void Begin(Milliseconds period, Misdeed misdeed);
  void Send(wire::Message message);
  // What the broker took.
  std::uint64_t sent() const { return session_.counters().published; }

 private:
  const wire::Topics topics_;
  std::atomic<bool> stopping_ = false;
  wire::MqttSession session_;
  std::thread thread_;
};

// A device's requests that cost far more than their bytes: four megabytes of what nobody reads in a
// few hundred, as unknown fields, empty ones, or groups, in turn.
wire::Message DearRequest(const wire::Topics& topics, const std::string& device,
                          std::uint64_t number);

// As many readings of the tiny task as a request may have, prioritised, with all the time there is.
wire::Message UrgentRequest(const wire::Topics& topics, const std::string& device,
                            std::uint64_t number);

// A worker's reply of a megabyte of empty parts, to a request that it may have guessed.
wire::Message DearReply(const wire::Topics& topics, const std::string& device,
                        const std::string& worker, const std::string& request_id);

}  // namespace biglittle::chaos
