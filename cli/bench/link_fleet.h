// A broker and a cloud worker for `biglittle bench link`: with the development configuration, or
// with the production one over TLS.
#pragma once

#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/local_fleet.h"
#include "core/program/stop_signal.h"

namespace biglittle {

enum class LinkSecurity { kPlain, kTls };

// Both run when this returns, and the worker serves kLinkTask of the folder `models`; sessions that
// this took have ended. `folder` is made; it gets the logs and, with kTls, credentials of
// kLinkWorker and kLinkDevice. Errors as those of LocalFleet.
absl::StatusOr<std::unique_ptr<LocalFleet>> StartLinkFleet(const Installation& installation,
                                                           const std::filesystem::path& folder,
                                                           const std::filesystem::path& models,
                                                           LinkSecurity security,
                                                           const StopSignal& stop);

}  // namespace biglittle
