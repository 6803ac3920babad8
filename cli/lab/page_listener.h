// A broker of the lab that also serves a folder and speaks MQTT over websockets: Mosquitto's
// `http_dir`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/status.h"

#include "cli/check/broker_file.h"

namespace biglittle {

// Mosquitto 2.0 opens such a listener on all of the machine's addresses, whatever it is told.
// Therefore nobody is let in by it without a password.
struct PageListener {
  std::uint16_t port = 0;
  std::filesystem::path folder;  // what is served; absolute
  // Where the broker's own configuration knows no logins: the one that there is. It reads the fleet
  // and may steer its devices.
  std::string user;
  std::string password;
  std::string topic_root;
  std::string fleet;
};

// Adds the listener to a configuration for one machine, whose other listeners stay open to anybody,
// and writes its password and rights into `folder`.
absl::Status AddPageListener(const PageListener& page, const std::filesystem::path& folder,
                             BrokerLines& lines);

// Appends it to a rendered production configuration, whose logins are those of its dashboards. In
// the clear: by TLS a browser asks for HTTP/2, which Mosquitto agrees to and does not speak. This
// machine's own browser is who comes by it.
absl::Status AppendPageListener(const PageListener& page,
                                const std::filesystem::path& configuration);

}  // namespace biglittle
