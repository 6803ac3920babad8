// Brings people and machines in and out of a fleet: its folder, and the broker that follows it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/provision/broker_settings.h"
#include "cli/provision/control_channel.h"
#include "cli/provision/dynamic_security.h"
#include "cli/provision/identity.h"
#include "cli/provision/inventory.h"
#include "cli/provision/provision_folder.h"
#include "cli/provision/retained_purge.h"

namespace biglittle {

// How long certificates are valid if nobody says: two years.
inline constexpr std::chrono::days kCertificateValid{730};

// How a change got to the broker.
enum class BrokerState : std::uint8_t {
  kUpToDate,    // nothing had to change
  kTold,        // it runs and has taken the change
  kNotRunning,  // nobody listens at its address: its file was changed, for when it starts
};

struct BrokerNews {
  BrokerState state = BrokerState::kUpToDate;
  std::size_t changes = 0;
  // The broker must be told to read its certificates and revocation list again (SIGHUP), and this
  // machine does not run it.
  bool reload_by_hand = false;
  std::size_t purged = 0;  // retained messages of those who were revoked
};

// Not thread-safe. Every function changes the folder first, so that what it says is true even if
// the broker cannot be reached then; `Synchronise` tells it later. Errors are one line.
class Provisioner {
 public:
  // A new fleet with its authority, the broker's certificate and an administrator. The broker's
  // settings are rendered from `settings_template`.
  static absl::StatusOr<Provisioner> Init(const std::filesystem::path& folder, Inventory inventory,
                                          const std::filesystem::path& settings_template,
                                          const BrokerLimits& limits);
  static absl::StatusOr<Provisioner> Open(const std::filesystem::path& folder);

  // Whether something was saved in the folder that the broker may have to know.
  bool changed() const { return folder_.saved(); }
  const Inventory& inventory() const { return folder_.inventory(); }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path OfIdentity(const Identity& identity) const {
    return folder_.OfIdentity(identity);
  }

  // Somebody who was revoked comes back under another name, by which no old key is known.
  // AlreadyExists: it has a certificate. InvalidArgument: not a usable id.
  absl::Status Add(const Identity& identity, std::chrono::days valid = kCertificateValid);
  // Its certificates are on the revocation list then and its folder is gone. If that fails halfway,
  // `changed` says so, and Synchronise has the broker know and the list written. NotFound; and
  // FailedPrecondition for the administrator, whom provisioning itself needs.
  absl::Status Revoke(const Identity& identity);
  // A new key and certificate. The old one goes on to open the door until it ends, unless
  // `revoke_old`: then its session and its rights end too, for the new one has another name. But
  // for the administrator's where the broker cannot be reached, and for a name that has no room for
  // a generation: there it takes the revocation list. NotFound.
  absl::Status Rotate(const Identity& identity, std::chrono::days valid, bool revoke_old);
  // The broker's; `hosts` replace the old ones if there are any. `admin_port`: of the listener that
  // the next Render makes, for which the certificate is good, too.
  absl::Status RotateBroker(const std::vector<std::string>& hosts, std::chrono::days valid,
                            bool revoke_old,
                            std::optional<std::uint16_t> admin_port = std::nullopt);
  // The broker's settings for other limits; true if that changed the file.
  absl::StatusOr<bool> Render(const std::filesystem::path& settings_template,
                              const BrokerLimits& limits);

  // Where the fleet's devices show themselves in Home Assistant from now on. What they retain below
  // an earlier prefix goes with the next Synchronise.
  absl::Status ShowIn(const std::optional<HomeAssistantNames>& home_assistant);

  // What a site's broker appends to its configuration, as bridge.conf in the bridge's folder, for
  // the place where that folder's files belong there: /etc/mosquitto/biglittle.
  absl::Status WriteBridge(const Identity& identity,
                           const std::filesystem::path& settings_template) const;

  // Brings the broker to what the folder says. Idempotent. Unavailable, PermissionDenied or
  // Aborted: the broker runs and could not be changed. `reload`: it shall read its certificates and
  // the revocation list again even if this object has not changed them.
  absl::StatusOr<BrokerNews> Synchronise(bool reload = false);

  // Empties what the broker retains; the topics (cli/provision/retained_purge.h). NotFound: nobody
  // listens at its address.
  absl::StatusOr<std::set<std::string>> Purge(const PurgeOrder& order, bool dry_run) const;

  // Which brokers, each by a name in the broker's certificate, were not seen to refuse a
  // certificate that the newest revocation list revokes, and why: "broker.example:8883: it ...".
  // Empty if that list is confirmed, now or before. Blocks for some seconds a broker.
  absl::StatusOr<std::vector<std::string>> ConfirmRevocationList();

 private:
  explicit Provisioner(ProvisionFolder folder) : folder_(std::move(folder)) {}

  WantedClients Wanted() const;
  absl::StatusOr<ControlChannel> OpenChannel(bool reloaded) const;
  absl::StatusOr<BrokerNews> ChangeFile();
  absl::Status MakeFirst(const std::filesystem::path& settings_template,
                         const BrokerLimits& limits);
  // A certificate, and for a dashboard, an operator or Home Assistant a password.
  absl::Status Give(const Identity& identity, std::chrono::days valid);
  NewPasswords Passwords() const;
  // `certificates`: the broker shall read its own and the list again, and `reloaded` says whether
  // it has been told to.
  absl::StatusOr<BrokerNews> Reach(bool certificates, bool reloaded);
  absl::Status Tell(ControlChannel& channel, BrokerNews& news);
  void Forget(const std::string& name);
  void EndOldName(const Identity& identity);
  // Before the name that we connect by is another: a broker that does not know it would take no
  // command any more.
  absl::Status LetInAdministrator(Generation generation) const;

  ProvisionFolder folder_;
  bool reloaded_ = false;  // a broker of this machine was told to read its list
};

}  // namespace biglittle
