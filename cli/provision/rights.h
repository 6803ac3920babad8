// What each identity may do at the broker: the one place that says it. broker_config/README.md has
// the same as a table for people, tests/integration/security/expected.tsv what comes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/provision/identity.h"

namespace biglittle {

// The names by which Mosquitto's dynamic security plugin calls them. Whatever no right allows is
// refused: the plugin's defaults are all set to deny, but for unsubscribing.
enum class RightKind : std::uint8_t {
  kSend,              // publishClientSend: publish to a topic that the filter matches
  kReceive,           // publishClientReceive: have a message of such a topic delivered
  kSubscribeLiteral,  // subscribe to exactly this filter
  kSubscribePattern   // subscribe to any filter that this one covers
};

struct Right {
  RightKind kind = RightKind::kSend;
  std::string filter;

  auto operator<=>(const Right&) const = default;
};

// "publishClientSend" and so on.
const char* AclType(RightKind kind);

// Where a fleet's devices show themselves in Home Assistant, and whether that may steer them; as in
// HomeAssistantConfig.
struct HomeAssistantNames {
  std::string prefix;
  std::string birth_topic;
  bool steering = false;

  bool operator==(const HomeAssistantNames&) const = default;
};

// What a fleet's topics are called; as in FleetConfig.
struct FleetNames {
  std::string topic_root = "biglittle/v1";
  std::string fleet;
  std::string worker_group = "workers";
  std::optional<HomeAssistantNames> home_assistant;  // absent: nobody shows itself there

  bool operator==(const FleetNames&) const = default;
};

// Where that device shows itself in Home Assistant; "" where none does.
std::string EntryTopic(const std::string& device, const FleetNames& names);

// Every device, as a topic filter says it.
inline constexpr char kAnyDevice[] = "+";

// Sorted, without repeats. `devices`: those whom workers may answer.
std::vector<Right> RightsOf(const Identity& identity, const FleetNames& names,
                            const std::vector<std::string>& devices = {kAnyDevice});

}  // namespace biglittle
