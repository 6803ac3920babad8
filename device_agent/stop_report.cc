#include "device_agent/stop_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "device_agent/delivery_tag.h"

namespace biglittle {
namespace {

absl::Status Undelivered(const Leftovers& leftovers) {
  if (leftovers.stored && leftovers.unstored > 0) {
    return absl::UnavailableError(fmt::format(
        "{} results could not be stored (check the store's disk), nor be delivered within "
        "drain_timeout_ms {}",
        leftovers.unstored, leftovers.why));
  }
  if (!leftovers.stored && leftovers.left > 0) {
    return absl::UnavailableError(
        fmt::format("{} messages could not be delivered within drain_timeout_ms {}", leftovers.left,
                    leftovers.why));
  }
  return absl::OkStatus();
}

absl::Status Refused(const Leftovers& leftovers, const wire::RefusalGauge& refusals) {
  const auto stands = [&](TagKind kind) { return refusals.Stands(static_cast<std::size_t>(kind)); };
  const auto refused = [&](TagKind kind) {
    return refusals.refused(static_cast<std::size_t>(kind));
  };
  std::vector<std::string> what;
  if (leftovers.refused_results > 0) {
    what.push_back(fmt::format("{} results", leftovers.refused_results));
  }
  if (leftovers.stored && leftovers.waiting > 0 && stands(TagKind::kResult)) {
    what.push_back(
        fmt::format("the last of its results ({} wait in the store)", leftovers.waiting));
  }
  if (stands(TagKind::kRequest)) {
    what.push_back(fmt::format("{} requests", refused(TagKind::kRequest)));
  }
  if (stands(TagKind::kStatus)) {
    what.push_back(fmt::format("{} statuses", refused(TagKind::kStatus)));
  }
  if (what.empty()) return absl::OkStatus();
  return absl::PermissionDeniedError(fmt::format(
      "{} were refused by the broker at {}: let the device publish them, in the broker's access "
      "list or its role",
      fmt::join(what, ", and "), leftovers.broker));
}

}  // namespace

absl::Status WhatIsLost(const Leftovers& leftovers, const wire::RefusalGauge& refusals) {
  if (absl::Status left = Undelivered(leftovers); !left.ok()) return left;
  if (leftovers.unsent > 0) {
    return absl::ResourceExhaustedError(
        fmt::format("{} results are lost: the outgoing queue was full, or they were larger than "
                    "the broker takes; the log says which",
                    leftovers.unsent));
  }
  return Refused(leftovers, refusals);
}

}  // namespace biglittle
