// Who may connect to a fleet's broker: a role, and a name within it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace biglittle {

// A sensor has the id of the device that hears it.
enum class Role : std::uint8_t {
  kDevice,
  kWorker,
  kDashboard,
  kBridge,
  kAdmin,
  kSensor,
  kOperator,
  kHomeAssistant
};

inline constexpr std::array<Role, 8> kRoles = {
    Role::kDevice, Role::kWorker, Role::kDashboard, Role::kBridge,
    Role::kAdmin,  Role::kSensor, Role::kOperator,  Role::kHomeAssistant};

// "device", "worker", "dashboard", "bridge", "admin", "sensor", "operator", "home-assistant": the
// folder that holds the role's credentials, and the word in the fleet file's
// `credentials: secure/{role}/{id}`.
std::string_view RoleName(Role role);
// nullopt if `name` is none of them.
std::optional<Role> RoleOf(std::string_view name);

struct Identity {
  Role role = Role::kDevice;
  std::string id;  // an identifier (core/text.h)

  auto operator<=>(const Identity&) const = default;
};

// The one that provisioning itself connects as.
const Identity& Administrator();

// "device pump-1", for messages.
std::string ToString(const Identity& identity);

// How many times an identity's keys were revoked and it was given another, and 1. A key of an
// earlier generation has another name, so that no right is its own (docs/decisions/023).
using Generation = std::uint32_t;
inline constexpr Generation kFirstGeneration = 1;

// "device:pump-1@plant-7", and "device:pump-1@plant-7:2" of the second generation: the common name
// of its certificate, its user name at the broker, its client id there and the name of its role,
// all in one. Topics have the id alone.
std::string UserName(const Identity& identity, std::string_view fleet,
                     Generation generation = kFirstGeneration);
// Of any generation. nullopt if `name` is not one that UserName makes for this fleet.
std::optional<Identity> IdentityOf(std::string_view name, std::string_view fleet);

// InvalidArgument: `id` is no identifier, or the user name would be longer than the 64 bytes that
// a certificate's common name can hold.
absl::Status CheckIdentity(const Identity& identity, std::string_view fleet,
                           Generation generation = kFirstGeneration);

}  // namespace biglittle
