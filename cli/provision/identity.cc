#include "cli/provision/identity.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <system_error>

#include "core/text.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

// RFC 5280, ub-common-name.
constexpr std::size_t kMaxCommonNameBytes = 64;

// What stands behind the fleet's name: nothing, or ":2" and so on, as UserName writes it.
bool IsGeneration(std::string_view text) {
  if (text.empty()) return true;
  Generation generation = 0;
  const char* end = text.data() + text.size();
  const auto [read, problem] = std::from_chars(text.data() + 1, end, generation);
  return text.front() == ':' && problem == std::errc() && read == end && text[1] != '0' &&
         generation > kFirstGeneration;
}

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kDevice:
      return wire::Name(wire::Role::kDevice);
    case Role::kWorker:
      return wire::Name(wire::Role::kWorker);
    case Role::kDashboard:
      return wire::Name(wire::Role::kDashboard);
    case Role::kBridge:
      return "bridge";
    case Role::kAdmin:
      return "admin";
    case Role::kSensor:
      return "sensor";
    case Role::kOperator:
      return wire::Name(wire::Role::kOperator);
    case Role::kHomeAssistant:
      return "home-assistant";
  }
  return "";
}

std::optional<Role> RoleOf(std::string_view name) {
  for (const Role role : kRoles) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

const Identity& Administrator() {
  static const Identity administrator{.role = Role::kAdmin, .id = "admin"};
  return administrator;
}

std::string ToString(const Identity& identity) {
  return fmt::format("{} {}", RoleName(identity.role), identity.id);
}

std::string UserName(const Identity& identity, std::string_view fleet, Generation generation) {
  const std::string name = fmt::format("{}:{}@{}", RoleName(identity.role), identity.id, fleet);
  return generation == kFirstGeneration ? name : fmt::format("{}:{}", name, generation);
}

std::optional<Identity> IdentityOf(std::string_view name, std::string_view fleet) {
  // Neither character is one of an identifier's.
  const std::size_t colon = name.find(':');
  const std::size_t at = name.find('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) {
    return std::nullopt;
  }
  const std::optional<Role> role = RoleOf(name.substr(0, colon));
  const std::string_view id = name.substr(colon + 1, at - colon - 1);
  std::string_view rest = name.substr(at + 1);
  if (!role || !IsIdentifier(id) || !rest.starts_with(fleet)) return std::nullopt;
  rest.remove_prefix(fleet.size());
  if (!IsGeneration(rest)) return std::nullopt;
  return Identity{.role = *role, .id = std::string(id)};
}

absl::Status CheckIdentity(const Identity& identity, std::string_view fleet,
                           Generation generation) {
  // An id becomes the name of a folder.
  if (!IsIdentifier(identity.id) || identity.id == "." || identity.id == "..") {
    return absl::InvalidArgumentError(fmt::format(
        "{} is no id: it must be 1 to 64 characters of A-Z a-z 0-9 _ . - and not just dots",
        Quoted(identity.id)));
  }
  const std::string name = UserName(identity, fleet, generation);
  if (name.size() > kMaxCommonNameBytes) {
    return absl::InvalidArgumentError(fmt::format(
        "{} is {} bytes long and a certificate's name can hold {}: shorten the id or the fleet's "
        "name",
        name, name.size(), kMaxCommonNameBytes));
  }
  return absl::OkStatus();
}

}  // namespace biglittle
