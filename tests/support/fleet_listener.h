// Every final result and state of a fleet, by device.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {

// Thread-safe.
class FleetListener {
 public:
  explicit FleetListener(std::uint16_t port, const std::string& fleet = "test")
      : session_(Options(port, fleet)) {
    session_.Start();
    EXPECT_TRUE(session_.WaitConnected(Clock::Real().Now() + std::chrono::seconds(60)));
  }

  // Of one device, by sequence number.
  std::map<std::uint64_t, wire::Result> Finals(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    const auto at = finals_.find(device);
    return at == finals_.end() ? std::map<std::uint64_t, wire::Result>() : at->second;
  }
  // It has connected, and has subscribed to what it hears.
  bool Online(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    return online_.count(device) > 0;
  }
  bool WorkerOnline(const std::string& worker) const {
    const std::lock_guard lock(mutex_);
    return workers_.count(worker) > 0;
  }
  void Publish(const std::string& topic, const std::string& payload) {
    wire::Message message;
    message.topic = topic;
    message.payload = payload;
    EXPECT_TRUE(session_.Publish(std::move(message)).ok());
  }
  std::vector<wire::DeviceState> States(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    const auto at = states_.find(device);
    return at == states_.end() ? std::vector<wire::DeviceState>() : at->second;
  }

 private:
  wire::MqttSession::Options Options(std::uint16_t port, const std::string& fleet) {
    const wire::Topics topics("biglittle/v1", fleet);
    wire::MqttSession::Options options;
    options.broker.port = port;
    options.client_id = "listener";
    options.subscriptions = {topics.AllResults(), topics.AllDeviceStates(),
                             topics.AllDeviceStatus(), topics.AllWorkerStatus()};
    options.on_message = [this, topics](wire::Message&& message) {
      const std::lock_guard lock(mutex_);
      if (const auto device = topics.DeviceOfStatus(message.topic)) {
        online_.insert(*device);
        return;
      }
      if (const auto worker = topics.WorkerOfStatus(message.topic)) {
        workers_.insert(*worker);
        return;
      }
      if (const auto device = topics.DeviceOfState(message.topic)) {
        const auto state = wire::DecodeDeviceState(message.payload);
        EXPECT_TRUE(state.ok()) << message.payload;
        if (state.ok()) states_[*device].push_back(*state);
        return;
      }
      const auto results = wire::DecodeResults(message.payload, message.content_type);
      if (!results.ok()) return;
      for (const wire::Result& result : *results) {
        if (result.stage == wire::Stage::kFinal) finals_[result.device][result.sequence] = result;
      }
    };
    return options;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::uint64_t, wire::Result>> finals_;
  std::map<std::string, std::vector<wire::DeviceState>> states_;
  std::set<std::string> online_;
  std::set<std::string> workers_;
  wire::MqttSession session_;
};

}  // namespace biglittle
