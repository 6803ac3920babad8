#include "cli/provision/provision_folder.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/provision/secrets.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::chrono::days kAuthorityValid{3650};
constexpr mode_t kOpenFolder = 0755;
constexpr char kProbeCertificate[] = "probe.crt";
constexpr char kProbeKey[] = "probe.key";

std::chrono::sys_seconds Now() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

absl::Status Named(const std::filesystem::path& file, const absl::Status& status) {
  return {status.code(), fmt::format("{}: {}", file.string(), std::string(status.message()))};
}

// InvalidArgument where OpenSSL cannot read one of the two.
absl::StatusOr<Authority> LoadAuthority(const std::filesystem::path& folder,
                                        const std::string& certificate) {
  const auto key = ReadSmallFile(folder / "ca.key");
  if (!key.ok()) return key.status();
  auto authority = Authority::Load(*key, certificate);
  if (!authority.ok()) return Named(folder, authority.status());
  return authority;
}

IssuedCertificate Issued(const std::string& certificate) {
  const auto facts = FactsOf(certificate);
  // What this process has just signed can be read.
  return facts.ok() ? IssuedCertificate{.serial = facts->serial, .not_after = facts->not_after}
                    : IssuedCertificate{};
}

// A bridge's files lie among those of its own broker, which has a ca.crt of its own.
struct FileNames {
  const char* trust;
  const char* certificate;
  const char* key;
};
FileNames NamesFor(Role role) {
  return role == Role::kBridge ? FileNames{"central-ca.crt", "bridge.crt", "bridge.key"}
                               : FileNames{"ca.pem", "client.crt", "client.key"};
}

bool ChecksModels(Role role) { return role == Role::kDevice || role == Role::kWorker; }

absl::Status WriteAuthority(const std::filesystem::path& path, const std::string& fleet) {
  const std::filesystem::path folder = path / "authority";
  if (auto status = MakeFolder(folder, kOwnerOnlyFolder); !status.ok()) return status;
  const auto made =
      Authority::Create(fmt::format("BigLittle {}", fleet).substr(0, 64), kAuthorityValid);
  if (!made.ok()) return made.status();
  const auto signing = CreateSigningKey();
  if (!signing.ok()) return signing.status();
  for (const auto& [name, content, mode] :
       {std::tuple{folder / "ca.key", made->key, kOwnerOnly},
        std::tuple{folder / "ca.crt", made->certificate, kReadableByAll},
        std::tuple{folder / "models.key", signing->secret, kOwnerOnly},
        std::tuple{path / "models.pub", signing->open, kReadableByAll}}) {
    if (auto status = ReplaceFile(name, content, mode); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

ProvisionFolder::ProvisionFolder(std::filesystem::path path, FolderLock lock, Authority authority,
                                 std::string certificate, Inventory inventory)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      authority_(std::move(authority)),
      certificate_(std::move(certificate)),
      inventory_(std::move(inventory)) {}

absl::StatusOr<ProvisionFolder> ProvisionFolder::Create(const std::filesystem::path& path,
                                                        Inventory inventory) {
  if (auto status = MakeFolder(path, kOpenFolder); !status.ok()) return status;
  auto lock = FolderLock::Take(path);
  if (!lock.ok()) return lock.status();
  std::error_code error;
  if (std::filesystem::exists(path / "inventory.json", error)) {
    return absl::AlreadyExistsError(
        fmt::format("{} holds a fleet already: 'add-device', 'apply' and the like go on with it",
                    path.string()));
  }
  if (std::filesystem::exists(path / "authority" / "ca.key", error)) {
    return absl::AlreadyExistsError(fmt::format(
        "{} holds an authority without an inventory, from an init that was cut short: remove the "
        "folder and begin again",
        path.string()));
  }
  if (auto status = WriteAuthority(path, inventory.names.fleet); !status.ok()) return status;
  auto certificate = ReadSmallFile(path / "authority" / "ca.crt");
  if (!certificate.ok()) return certificate.status();
  auto authority = LoadAuthority(path / "authority", *certificate);
  if (!authority.ok()) return authority.status();
  ProvisionFolder folder(path, *std::move(lock), *std::move(authority), *std::move(certificate),
                         std::move(inventory));
  folder.complete_ = false;
  if (auto status = folder.SignRevocationList(); !status.ok()) return status;
  return folder;
}

absl::Status ProvisionFolder::Complete() {
  complete_ = true;
  return Save();
}

void ProvisionFolder::Abandon() const {
  std::error_code error;
  std::filesystem::remove(path_ / "authority" / "ca.key", error);
}

absl::StatusOr<ProvisionFolder> ProvisionFolder::Open(const std::filesystem::path& path) {
  const std::filesystem::path file = path / "inventory.json";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return absl::NotFoundError(fmt::format(
        "{} is no provisioning folder: make one with 'biglittle provision init', or name it by "
        "--dir",
        path.string()));
  }
  auto lock = FolderLock::Take(path);
  if (!lock.ok()) return lock.status();
  const auto text = ReadSmallFile(file);
  if (!text.ok()) return text.status();
  auto inventory = ParseInventory(*text);
  if (!inventory.ok()) return Named(file, inventory.status());
  auto certificate = ReadSmallFile(path / "authority" / "ca.crt");
  if (!certificate.ok()) return certificate.status();
  auto authority = LoadAuthority(path / "authority", *certificate);
  if (!authority.ok()) return authority.status();
  ProvisionFolder folder(path, *std::move(lock), *std::move(authority), *std::move(certificate),
                         *std::move(inventory));
  // Not read from the broker's folder, which another user may write, nor from before a command that
  // was cut short.
  if (auto status = folder.SignRevocationList(); !status.ok()) return status;
  return folder;
}

std::filesystem::path ProvisionFolder::OfIdentity(const Identity& identity) const {
  return path_ / RoleName(identity.role) / identity.id;
}

absl::Status ProvisionFolder::Save() {
  if (!complete_) return absl::OkStatus();
  const auto status = ReplaceFile(path_ / "inventory.json", ToJson(inventory_), kOwnerOnly);
  saved_ = status.ok();
  return status;
}

absl::Status ProvisionFolder::WriteTrust(const Identity& identity) const {
  return ReplaceFile(OfIdentity(identity) / NamesFor(identity.role).trust,
                     certificate_ + revocation_list_, kReadableByAll);
}

absl::Status ProvisionFolder::Issue(const Identity& identity, std::chrono::days valid) {
  const std::string name = inventory_.NameOf(identity);
  const auto made = authority_.IssueClient(name, valid);
  if (!made.ok()) return made.status();
  inventory_.identities[identity].push_back(Issued(made->certificate));
  inventory_.unfinished.insert(name);
  if (auto status = Save(); !status.ok()) return status;
  if (auto status = WriteIdentity(identity, *made); !status.ok()) return status;
  inventory_.unfinished.erase(name);
  return absl::OkStatus();
}

absl::Status ProvisionFolder::WriteIdentity(const Identity& identity,
                                            const KeyAndCertificate& made) const {
  const std::filesystem::path folder = OfIdentity(identity);
  if (auto status = MakeFolder(folder, kOwnerOnlyFolder); !status.ok()) return status;
  if (auto status = WriteTrust(identity); !status.ok()) return status;
  if (ChecksModels(identity.role)) {
    const auto key = ReadSmallFile(path_ / "models.pub");
    if (!key.ok()) return key.status();
    if (auto status = ReplaceFile(folder / "models.pub", *key, kReadableByAll); !status.ok()) {
      return status;
    }
  }
  // The certificate last: a running program looks at it to see that there is a new pair.
  if (auto status = ReplaceFile(folder / NamesFor(identity.role).key, made.key, kOwnerOnly);
      !status.ok()) {
    return status;
  }
  return ReplaceFile(folder / NamesFor(identity.role).certificate, made.certificate,
                     kReadableByAll);
}

absl::StatusOr<std::string> ProvisionFolder::WritePassword(const Identity& identity) {
  std::string password = NewPassword();
  if (auto status = ReplaceFile(OfIdentity(identity) / "password", password + "\n", kOwnerOnly);
      !status.ok()) {
    return status;
  }
  return password;
}

absl::Status ProvisionFolder::RemoveIdentity(const Identity& identity) const {
  std::error_code error;
  std::filesystem::remove_all(OfIdentity(identity), error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("{} cannot be removed: {}", OfIdentity(identity).string(), error.message()));
}

absl::Status ProvisionFolder::IssueBroker(std::chrono::days valid) {
  std::vector<std::string> hosts = inventory_.hosts;
  // Where the administrator's listener is, under whatever name the others find the broker.
  const bool is_there = std::ranges::find(hosts, kAdminAddress) != hosts.end();
  if (inventory_.admin_port != 0 && !is_there) hosts.emplace_back(kAdminAddress);
  const auto made = authority_.IssueServer(hosts, valid);
  if (!made.ok()) return made.status();
  inventory_.broker.push_back(Issued(made->certificate));
  if (auto status = Save(); !status.ok()) return status;
  if (auto status = MakeFolder(broker(), kOwnerOnlyFolder); !status.ok()) return status;
  for (const auto& [name, content, mode] :
       {std::tuple{"ca.crt", certificate_, kReadableByAll},
        std::tuple{"server.key", made->key, kOwnerOnly},
        std::tuple{"server.crt", made->certificate, kReadableByAll}}) {
    if (auto status = WriteForBroker(name, content, mode); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void ProvisionFolder::Revoke(const std::vector<IssuedCertificate>& certificates) {
  for (const IssuedCertificate& certificate : certificates) {
    inventory_.revoked.push_back({.serial = certificate.serial, .when = Now()});
  }
  ++inventory_.list_number;
  inventory_.untold.certificates = true;
}

absl::Status ProvisionFolder::SignRevocationList() {
  std::vector<RevokedSerial> revoked = inventory_.revoked;
  if (!inventory_.probe.serial.empty()) {
    revoked.push_back({.serial = inventory_.probe.serial, .when = Now()});
  }
  auto list = authority_.SignRevocationList(revoked, inventory_.list_number);
  if (!list.ok()) return list.status();
  revocation_list_ = *std::move(list);
  return absl::OkStatus();
}

// Its files first: if the inventory does not learn of it, another one is made. It has no rights.
absl::Status ProvisionFolder::MakeListProbe() {
  const auto made = authority_.IssueClient("revocation-probe", kAuthorityValid);
  if (!made.ok()) return made.status();
  const auto facts = FactsOf(made->certificate);
  if (!facts.ok()) return facts.status();
  const std::filesystem::path folder = path_ / "authority";
  absl::Status status = ReplaceFile(folder / kProbeKey, made->key, kOwnerOnly);
  status.Update(ReplaceFile(folder / kProbeCertificate, made->certificate, kReadableByAll));
  if (!status.ok()) return status;
  inventory_.probe = {.serial = facts->serial, .list = inventory_.list_number};
  return Save();
}

absl::Status ProvisionFolder::WriteRevocationList() {
  // Without a probe the list is as good; it is only not seen whether a broker has it.
  const bool confirmed = inventory_.confirmed_list == inventory_.list_number;
  const bool has_probe = inventory_.probe.list == inventory_.list_number;
  absl::Status probe = confirmed || has_probe ? absl::OkStatus() : MakeListProbe();
  if (auto status = SignRevocationList(); !status.ok()) return status;
  absl::Status written = WriteForBroker("crl.pem", revocation_list_, kReadableByAll);
  written.Update(probe);
  return written;
}

std::optional<wire::TlsFiles> ProvisionFolder::ListProbeFiles() const {
  if (inventory_.probe.list != inventory_.list_number) return std::nullopt;
  const std::filesystem::path folder = path_ / "authority";
  return wire::TlsFiles{.authority = OfIdentity(Administrator()) / "ca.pem",
                        .certificate = folder / kProbeCertificate,
                        .key = folder / kProbeKey};
}

absl::Status ProvisionFolder::HandOutRevocationList() const {
  absl::Status first;
  for (const auto& [identity, certificates] : inventory_.identities) {
    std::error_code error;  // an operator may have moved a folder to its device
    if (!std::filesystem::is_directory(OfIdentity(identity), error)) continue;
    first.Update(WriteTrust(identity));
  }
  return first;
}

absl::Status ProvisionFolder::WriteForBroker(std::string_view name, std::string_view content,
                                             mode_t mode) const {
  const std::filesystem::path file = broker() / name;
  if (geteuid() != 0) return ReplaceFile(file, content, mode);
  // Mosquitto leaves root before it reads keys, and writes its own files.
  const passwd* user = getpwnam(inventory_.user.c_str());
  if (user == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("there is no user {} on this machine for the broker: name one by --user",
                    Quoted(inventory_.user)));
  }
  const FileOwner owner{.user = user->pw_uid, .group = user->pw_gid};
  if (auto status = GiveFolder(broker(), owner); !status.ok()) return status;
  return ReplaceFile(file, content, mode, owner);
}

}  // namespace biglittle
