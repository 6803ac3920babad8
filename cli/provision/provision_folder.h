// A provisioning folder on disk:
//
//   inventory.json       who was given what (cli/provision/inventory.h)
//   authority/           ca.crt, ca.key, models.key: the secrets that nobody else gets; probe.crt
//                        and probe.key, which the newest revocation list revokes
//   models.pub           what devices and workers check models with
//   broker/              all that the broker's machine needs: mosquitto.conf, ca.crt, crl.pem,
//                        server.crt, server.key, dynamic-security.json
//   <role>/<id>/         all that one device, worker, dashboard, operator or bridge needs and
//                        nothing more: ca.pem (the authority and its revocation list), client.crt,
//                        client.key, models.pub (devices and workers), password (dashboards,
//                        operators). A bridge's files are called central-ca.crt, bridge.crt,
//                        bridge.key, beside bridge.conf
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/provision/authority.h"
#include "cli/provision/identity.h"
#include "cli/provision/inventory.h"
#include "cli/provision/private_files.h"
#include "wire/tls/credentials.h"

namespace biglittle {

// What the broker is started with, in broker/.
inline constexpr char kSettingsFile[] = "mosquitto.conf";

// Not thread-safe. Errors name the file and the mend.
class ProvisionFolder {
 public:
  // Makes a new one with its authority and model key. It has no inventory on disk, whatever is
  // saved, until Complete: without one, nobody takes it for a fleet. AlreadyExists: there is one.
  // The other errors of Take (private_files.h).
  static absl::StatusOr<ProvisionFolder> Create(const std::filesystem::path& path,
                                                Inventory inventory);
  // NotFound: none there. Unavailable: another command is at work in it.
  static absl::StatusOr<ProvisionFolder> Open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path broker() const { return path_ / "broker"; }
  std::filesystem::path OfIdentity(const Identity& identity) const;
  const Authority& authority() const { return authority_; }

  // Changes to it count from Save on.
  Inventory& inventory() { return inventory_; }
  const Inventory& inventory() const { return inventory_; }
  absl::Status Save();
  // Whether there is on disk what the inventory says, and that this object has put it there.
  bool saved() const { return saved_; }

  absl::Status Complete();
  // Instead of Complete: another Create may begin in the folder.
  void Abandon() const;

  // Issues a certificate, saves the inventory with it and then writes the identity's folder: in
  // this order, since a certificate that the inventory does not know could never be revoked.
  absl::Status Issue(const Identity& identity, std::chrono::days valid);
  // A dashboard's or operator's password, for listeners without certificates, new each time.
  absl::StatusOr<std::string> WritePassword(const Identity& identity);
  absl::Status RemoveIdentity(const Identity& identity) const;
  // For the inventory's hosts; the inventory is saved first, as in Issue.
  absl::Status IssueBroker(std::chrono::days valid);
  // Puts certificates on the list of those revoked; counts from Save and WriteRevocationList on.
  void Revoke(const std::vector<IssuedCertificate>& certificates);
  // Signs the list that the inventory says, for the broker.
  absl::Status WriteRevocationList();
  // What a broker that holds the newest list refuses; nullopt: this folder has none yet.
  std::optional<wire::TlsFiles> ListProbeFiles() const;
  // The list for all identities, which takes seconds for hundreds. One that cannot be written keeps
  // none of the others from theirs.
  absl::Status HandOutRevocationList() const;

  // A file that the broker's user can read.
  absl::Status WriteForBroker(std::string_view name, std::string_view content, mode_t mode) const;

 private:
  ProvisionFolder(std::filesystem::path path, FolderLock lock, Authority authority,
                  std::string certificate, Inventory inventory);
  absl::Status WriteTrust(const Identity& identity) const;
  absl::Status WriteIdentity(const Identity& identity, const KeyAndCertificate& made) const;
  absl::Status SignRevocationList();
  absl::Status MakeListProbe();

  std::filesystem::path path_;
  FolderLock lock_;
  Authority authority_;
  std::string certificate_;      // the authority's, as PEM
  std::string revocation_list_;  // as PEM, of the inventory when it was signed
  Inventory inventory_;
  bool complete_ = true;
  bool saved_ = false;
};

}  // namespace biglittle
