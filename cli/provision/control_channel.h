// Commands for the dynamic security plugin of a broker that runs, over MQTT as its administrator.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json_fwd.hpp>

#include "core/clock.h"
#include "core/fleet/broker_config.h"

namespace biglittle {

// Not thread-safe.
class ControlChannel {
 public:
  // `broker.tls` names the administrator's credentials. NotFound: nobody listens there.
  // Unavailable, with the reason, if the broker cannot be reached or does not let us in.
  static absl::StatusOr<ControlChannel> Open(const BrokerConfig& broker);
  ~ControlChannel();
  ControlChannel(ControlChannel&& other) noexcept;
  ControlChannel& operator=(ControlChannel&& other) noexcept;

  // Where and as whom it was opened.
  const BrokerConfig& broker() const;

  // Runs the plugin's commands in their order; the "data" of each answer, null where it has none.
  // PermissionDenied: the broker ignores us. Aborted, with the plugin's words, at the first command
  // that it refuses: those before it are done, those after it may be. Unavailable: no answer in
  // time.
  absl::StatusOr<std::vector<nlohmann::json>> Run(const std::vector<nlohmann::json>& commands);

  // All entries of a list ("listClients" with key "clients", and so on), page by page:
  // {key: [...]}.
  absl::StatusOr<nlohmann::json> ListAll(const char* command, const char* key);

 private:
  class Impl;
  explicit ControlChannel(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Appends the "data" of each answer in one message of the plugin's, null where it has none.
// Aborted, with the plugin's words: a command was refused. Unavailable: it is no such message.
// Pure.
absl::Status ReadControlAnswer(std::string_view payload, std::vector<nlohmann::json>& data);

}  // namespace biglittle
