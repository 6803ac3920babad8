// What a device says of itself on its retained status topic.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"
#include "wire/message.h"
#include "wire/messages/status.h"

namespace biglittle {

// Thread-safe: the session's thread says online at every connect, the agent's all else.
class DeviceStatus {
 public:
  // `status` has all that stays as it is.
  DeviceStatus(std::string topic, wire::Status status)
      : topic_(std::move(topic)), status_(std::move(status)) {}

  const std::string& run() const { return status_.run; }

  // What the next messages say.
  void SetFigures(std::map<std::string, std::uint64_t> counters,
                  std::optional<wire::RecentReadings> recent);
  void SetSteering(bool paused, std::map<std::string, std::string> in_effect,
                   std::map<std::string, std::string> differs,
                   std::optional<WallTime> differs_until);
  wire::Message Message(wire::State state);

 private:
  const std::string topic_;

  // Protected by mutex_, but for what stays as it is.
  std::mutex mutex_;
  wire::Status status_;
};

}  // namespace biglittle
