// A fleet of pumps as its messages tell it, at a time that stands still.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "cli/watch/watched_fleet.h"
#include "core/date_time.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/messages/status.h"
#include "wire/topics.h"

namespace biglittle {

class WatchFixture : public testing::Test {
 protected:
  static ShownTask Vibration() {
    ShownTask shown;
    shown.task.name = "vibration";
    shown.task.labels = {"healthy", "imbalance", "outer_race_severe"};
    shown.task.priority_classes = {2};
    shown.normal = {"healthy"};
    shown.escalation = 0.13;
    return shown;
  }

  static wire::Result ResultOf(const std::string& device, std::uint64_t sequence,
                               const std::string& label = "healthy",
                               wire::DecidedBy decided_by = wire::DecidedBy::kLittle) {
    wire::Result result;
    result.fleet = "plant";
    result.device = device;
    result.task = "vibration";
    result.run = "r";
    result.sequence = sequence;
    result.label = label;
    result.decided_by = decided_by;
    if (decided_by == wire::DecidedBy::kFallback) result.reason = "deadline";
    if (decided_by == wire::DecidedBy::kBig) result.round_trip_ms = 1.6;
    return result;
  }

  void Apply(std::string topic, std::string payload, bool retained = false) {
    wire::Message message;
    message.topic = std::move(topic);
    message.payload = std::move(payload);
    message.content_type = wire::kJsonContent;
    message.retained = retained;
    fleet_.Apply(message, now_);
  }
  void Apply(const wire::Result& result) { Apply(topics_.Result(result.device), Encode(result)); }
  // `count` of them, each a new one.
  void Decide(const std::string& device, wire::DecidedBy decided_by, int count) {
    for (int i = 0; i < count; ++i) {
      Apply(ResultOf(device, next_++, "healthy", decided_by));
    }
  }
  void Settle(const std::string& device, const std::string& label, WallTime since,
              bool prioritised = false) {
    wire::DeviceState state;
    state.fleet = "plant";
    state.device = device;
    state.task = "vibration";
    state.label = label;
    state.prioritised = prioritised;
    state.since = since;
    state.time = now_;
    Apply(topics_.DeviceState(device), Encode(state), true);
  }
  wire::Status StatusOf(const std::string& device, wire::State state) {
    wire::Status status;
    status.fleet = "plant";
    status.device = device;
    status.state = state;
    status.run = "r";
    status.time = now_;
    return status;
  }
  void Say(const wire::Status& status, bool retained = false) {
    Apply(status.worker.empty() ? topics_.DeviceStatus(status.device)
                                : topics_.WorkerStatus(status.worker),
          Encode(status), retained);
  }
  void Say(const std::string& device, wire::State state, bool retained = false) {
    Say(StatusOf(device, state), retained);
  }
  void SayOfWorker(const std::string& worker, wire::State state, bool retained = false) {
    wire::Status status = StatusOf("", state);
    status.worker = worker;
    Say(status, retained);
  }
  void Pass(WallTime::duration time) { now_ += time; }

  const wire::Topics topics_{"biglittle/v1", "plant"};
  WallTime now_ = *ParseEndTime("2026-11-29T12:00:00Z");
  std::uint64_t next_ = 0;
  WatchedFleet fleet_{topics_, {{"vibration", Vibration()}}, ""};
};

}  // namespace biglittle
