// A broker and a cloud worker for `biglittle bench link`: with the development configuration, or
// with the production one over TLS.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/broker_process.h"
#include "cli/lab/child_process.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

enum class LinkSecurity { kPlain, kTls };

// Not thread-safe. Its processes end with it, the worker first.
class LinkFleet {
 public:
  // Both run when this returns, and the worker serves kLinkTask of the folder `models`; sessions
  // that this took have ended. `folder` is made; it gets the logs and, with kTls, credentials of
  // kLinkWorker and kLinkDevice. Errors as those of the parts; Unavailable, with the end of its
  // log, if the worker does not come.
  static absl::StatusOr<std::unique_ptr<LinkFleet>> Start(const Installation& installation,
                                                          const std::filesystem::path& folder,
                                                          const std::filesystem::path& models,
                                                          LinkSecurity security);

  const FleetConfig& config() const { return config_; }
  std::uint16_t port() const { return config_.broker.port; }

 private:
  LinkFleet() = default;

  absl::Status StartBroker(const Installation& installation, const std::filesystem::path& folder,
                           LinkSecurity security);
  absl::Status StartWorker(const Installation& installation, const std::filesystem::path& folder);
  absl::Status WaitForWorker();

  FleetConfig config_;
  std::optional<BrokerProcess> broker_;
  std::optional<ChildProcess> worker_;
};

}  // namespace biglittle
