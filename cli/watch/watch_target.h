// What a watch is to look at: a fleet on its broker, and which of it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/fleet_tasks.h"
#include "cli/watch/watch_options.h"
#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/tls/credentials.h"

namespace biglittle {

// Which results and states are wanted.
struct WatchFilter {
  std::string device;  // a pattern; empty: all
  std::string label;   // empty: all
  std::optional<WallTime> since;

  bool TakesDevice(std::string_view id) const;
  bool Takes(const wire::Result& result) const;
  bool Takes(const wire::DeviceState& state) const;
};

struct WatchTarget {
  BrokerConfig broker;
  std::string topic_root;
  std::string fleet;
  wire::Identity identity;
  WatchFilter filter;
  // Empty where nothing asks for them, and without a fleet file: nobody knows them then.
  std::map<std::string, ShownTask> tasks;
  std::size_t devices = 0;  // of the file that the filter takes
};

// Reads the fleet file, if there is one, and sees to the credentials. InvalidArgument, in one line:
// an option that is not usable, a device or a class that the fleet has not; errors of
// wire::LoadCredentials.
absl::StatusOr<WatchTarget> FindTarget(const WatchOptions& options, WallTime now);

// A session that hears `subscriptions`, for whoever sees to its messages.
wire::MqttSession::Options SessionOptions(const WatchTarget& target,
                                          std::vector<std::string> subscriptions);

}  // namespace biglittle
