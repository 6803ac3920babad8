// A Mosquitto of our own on a loopback port, with one of the configurations of broker_config/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "cli/lab/child_process.h"
#include "cli/lab/page_listener.h"

namespace biglittle {

class BrokerProcess {
 public:
  struct Options {
    std::filesystem::path configuration;  // its `listener` line gets the port
    std::filesystem::path folder;         // for the configuration as used, and the log
    std::uint16_t port = 0;               // 0: any that is free
    // Sessions, subscriptions and queues outlive the broker, by about a second; else as the
    // configuration says.
    bool persistent = false;
    std::optional<PageListener> page;  // it serves a folder as well
  };

  // Returns when the broker accepts connections. InvalidArgument: the wished port is in use.
  // NotFound: no Mosquitto installed. Otherwise what went wrong, with the end of the broker's log.
  static absl::StatusOr<BrokerProcess> Start(const Options& options);

  // With a configuration as it is, which listens on `port` of 127.0.0.1; errors as Start's. `log`
  // gets what it says.
  static absl::StatusOr<BrokerProcess> StartAsIs(const std::filesystem::path& configuration,
                                                 std::uint16_t port,
                                                 const std::filesystem::path& log);

  std::uint16_t port() const { return port_; }
  ChildProcess& process() { return process_; }

 private:
  static absl::StatusOr<BrokerProcess> Launch(const std::filesystem::path& configuration,
                                              std::uint16_t port, const std::filesystem::path& log);
  BrokerProcess(ChildProcess process, std::uint16_t port);

  ChildProcess process_;
  std::uint16_t port_;
};

// A loopback TCP port that nobody listens on now; nullopt if `wished` is in use.
std::optional<std::uint16_t> FreePort(std::uint16_t wished = 0);

}  // namespace biglittle
