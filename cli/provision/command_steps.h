// Steps that the provisioning commands have in common.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/provision/broker_limits.h"
#include "cli/provision/provisioner.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

// Whether `text` is its id, or ROLE/ID.
bool IsCalled(const Identity& identity, const std::string& text);
// The one that was found by `text`. NotFound; InvalidArgument: several.
absl::StatusOr<Identity> OnlyOne(const std::vector<Identity>& found, const std::string& text);

// Certificates may be valid so long.
inline constexpr int kMaxDays = 3650;

// Says what went wrong, in one line; the exit code that fits.
int FailProvision(const absl::Status& status, std::ostream& err);

// InvalidArgument unless it is 1 to 3650.
absl::Status CheckDays(int days);

// "pump-1" or "device/pump-1" among those of a map's keys. NotFound; InvalidArgument: several.
template <typename Map>
absl::StatusOr<Identity> FindIdentity(const Map& among, const std::string& text) {
  std::vector<Identity> found;
  for (const auto& [identity, anything] : among) {
    if (IsCalled(identity, text)) found.push_back(identity);
  }
  return OnlyOne(found, text);
}

// A file of the shipped broker_config/.
std::filesystem::path ShippedSettings(const char* name);

// A fleet whose broker has TLS. InvalidArgument with all problems of the file.
absl::StatusOr<FleetConfig> LoadSecureFleet(const std::filesystem::path& file);

// What the broker must hold for the fleet. The requests of a site behind a bridge are as large as
// the file allows: its devices are not known here.
BrokerLimits LimitsOf(const FleetConfig& fleet, const Inventory& inventory);

// The end of a command that changed the folder, or failed in the midst of that: says what went
// wrong and tells the broker what was done all the same, above all revocations; the exit code.
int EndProvision(Provisioner& provisioner, const absl::Status& status, std::ostream& out,
                 std::ostream& err);

// Brings the broker up to date, `reload` as in Provisioner::Synchronise, and says how that went;
// the exit code.
int TellBroker(Provisioner& provisioner, std::ostream& out, std::ostream& err, bool reload = false);

}  // namespace biglittle
