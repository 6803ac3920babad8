// What an operator asks of a device, and what the device answers: JSON under an id.
//
// Pure functions, thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/fleet/device_settings.h"
#include "core/yaml/key_facts.h"

namespace biglittle::wire {

enum class ControlVerb : std::uint8_t {
  kPause,
  kResume,
  kSet,
  kReset,
  kSnapshot,
  kStatus,
  kRestartSource,
};

// "pause", ..., "restart_source".
std::string_view Name(ControlVerb verb);
// InvalidArgument, with the verbs that there are.
absl::StatusOr<ControlVerb> ControlVerbOf(std::string_view name);

inline constexpr std::size_t kMaxControlBytes = 4096;
inline constexpr std::size_t kMaxControlIdBytes = 64;
inline constexpr std::chrono::seconds kLongestControl{31'536'000};

// The value that somebody wrote on a command line: a number where it looks like one.
SettingValue ValueOf(std::string_view text);
// As JSON writes it.
std::string ToJson(const SettingValue& value);

struct ControlRequest {
  std::string id;
  ControlVerb verb = ControlVerb::kStatus;
  std::optional<std::chrono::seconds> lasts;  // of pause and set; absent: until it is taken back
  SettingValues values;                       // of set, at least one
  bool next = false;                          // snapshot: of the next reading, not the last

  bool operator==(const ControlRequest&) const = default;
};

std::string Encode(const ControlRequest& request);
// One of its verbs, each with the fields that it may have.
ValueShape ControlRequestShape();

// InvalidArgument, in one line: no JSON, more than kMaxControlBytes, no verb that there is, a field
// that the verb does not have or a value of the wrong kind. `id` becomes the request's as far as it
// can be told, else "": under it the refusal goes back. The values themselves are not looked at.
absl::StatusOr<ControlRequest> DecodeControlRequest(std::string_view payload, std::string& id);

struct ControlReply {
  std::string id;
  bool ok = false;
  std::string error;   // one line; "" where it is ok
  std::string status;  // a JSON object: how the device is now; "" where it is not told
};

std::string Encode(const ControlReply& reply);
// InvalidArgument if the payload is no JSON of a reply. The status is any JSON object.
absl::StatusOr<ControlReply> DecodeControlReply(std::string_view payload);

}  // namespace biglittle::wire
