#include "wire/tls/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/status/status.h"

#include "core/fleet/fleet_broker.h"
#include "core/text.h"
#include "wire/tls/certificate.h"

namespace biglittle::wire {
namespace {

constexpr char kFolderVariable[] = "BIGLITTLE_CREDENTIALS";
constexpr char kServiceFolderVariable[] = "CREDENTIALS_DIRECTORY";  // of systemd
constexpr std::size_t kMaxFileBytes = 4U << 20U;                    // revocation lists may be long
constexpr std::size_t kMaxPasswordBytes = 65'535;                   // MQTT's bound

enum class Secrecy : std::uint8_t { kPublic, kSecret };

// A file's content, overwritten when it is no longer needed.
class Content {
 public:
  Content() = default;
  ~Content() { explicit_bzero(text.data(), text.size()); }
  Content(Content&& other) noexcept { text.swap(other.text); }
  Content& operator=(Content&&) = delete;

  std::string text;
};

absl::Status Bad(const std::filesystem::path& file, std::string_view what) {
  return absl::FailedPreconditionError(fmt::format("{} {}", file.string(), what));
}

const char* Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? nullptr : value;
}

// There the group bits are the mask of an access list that admits the service's user alone.
bool IsServiceFolder(const std::filesystem::path& folder) {
  const char* service = Environment(kServiceFolderVariable);
  // With an empty last part, so that it does not matter whether one was written with a slash.
  return service != nullptr && (folder / "").lexically_normal() ==
                                   (std::filesystem::path(service) / "").lexically_normal();
}

absl::Status CheckSecrecy(const std::filesystem::path& file, mode_t mode) {
  mode_t forbidden = S_IRWXG | S_IRWXO;
  if (IsServiceFolder(file.parent_path())) forbidden &= ~static_cast<mode_t>(S_IRGRP);
  if ((mode & forbidden) == 0) return absl::OkStatus();
  return Bad(file, fmt::format("is readable by others: chmod 600 {}", file.string()));
}

// The whole of a regular file.
absl::StatusOr<Content> Read(const std::filesystem::path& file, Secrecy secrecy) {
  // Not blocking, should it be a pipe.
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return Bad(file, "is missing: put it there");
  if (fd < 0) return Bad(file, fmt::format("cannot be read: {}", std::strerror(errno)));
  struct stat status {};
  absl::Status fit = absl::OkStatus();
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    fit = Bad(file, "is no regular file: put one there");
  } else if (static_cast<std::size_t>(status.st_size) > kMaxFileBytes) {
    fit = Bad(file, fmt::format("is larger than {} bytes", kMaxFileBytes));
  } else if (secrecy == Secrecy::kSecret) {
    fit = CheckSecrecy(file, status.st_mode);
  }
  Content content;
  if (fit.ok()) {
    content.text.resize(static_cast<std::size_t>(status.st_size));
    std::size_t size = 0;
    ssize_t got = 0;
    while (size < content.text.size() &&
           (got = read(fd, content.text.data() + size, content.text.size() - size)) > 0) {
      size += static_cast<std::size_t>(got);
    }
    if (got < 0) fit = Bad(file, fmt::format("cannot be read: {}", std::strerror(errno)));
    content.text.resize(size);
  }
  close(fd);
  if (!fit.ok()) return fit;
  return content;
}

absl::Status Named(const std::filesystem::path& file, const absl::Status& status) {
  return status.ok() ? status : Bad(file, std::string(status.message()));
}

bool IsUtf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

// OpenSSL reads these files itself, and passes over a PEM block whose first line is not its own.
absl::StatusOr<Content> ReadPem(const std::filesystem::path& file, Secrecy secrecy) {
  auto content = Read(file, secrecy);
  if (!content.ok()) return content;
  if (IsUtf16(content->text) || content->text.starts_with(kByteOrderMark)) {
    return Bad(file,
               "begins with a byte order mark, which OpenSSL does not take: save it as ASCII");
  }
  return content;
}

absl::Status CheckTlsFiles(const TlsFiles& files) {
  const auto authority = ReadPem(files.authority, Secrecy::kPublic);
  if (!authority.ok()) return authority.status();
  const auto certificate = ReadPem(files.certificate, Secrecy::kPublic);
  if (!certificate.ok()) return certificate.status();
  const auto key = ReadPem(files.key, Secrecy::kSecret);
  if (!key.ok()) return key.status();
  absl::Status status =
      Named(files.authority, CheckAuthority(authority->text, files.check_revocation));
  if (status.ok()) status = Named(files.certificate, CheckCertificate(certificate->text));
  if (status.ok()) status = Named(files.key, CheckKey(key->text));
  if (status.ok()) status = Named(files.key, CheckPair(certificate->text, key->text));
  return status;
}

// The first line, wherever it is from: `echo` ends one, some editors begin the file with a mark.
absl::StatusOr<std::string> PasswordIn(std::string_view text, const std::filesystem::path& source) {
  if (IsUtf16(text)) return Bad(source, "is UTF-16: save it as UTF-8");
  text = WithoutByteOrderMark(text);
  std::string password(text.substr(0, text.find_first_of("\r\n")));
  if (password.empty()) return Bad(source, "begins with an empty line: put the password there");
  if (password.size() > kMaxPasswordBytes) {
    return Bad(source, fmt::format("has more than {} bytes", kMaxPasswordBytes));
  }
  return password;
}

absl::Status CheckPasswordNamed(const BrokerConfig& broker) {
  if (!broker.username || broker.password_file || std::getenv(kPasswordVariable) != nullptr) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      fmt::format("the broker's user {} has no password: name its file by 'password_file', or "
                  "set {} in the environment",
                  *broker.username, kPasswordVariable));
}

absl::StatusOr<std::string> Password(const BrokerConfig& broker) {
  if (absl::Status named = CheckPasswordNamed(broker); !named.ok()) return named;
  if (!broker.password_file) return PasswordIn(std::getenv(kPasswordVariable), kPasswordVariable);
  const auto content = Read(*broker.password_file, Secrecy::kSecret);
  if (!content.ok()) return content.status();
  return PasswordIn(content->text, *broker.password_file);
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string_view Name(Role role) {
  switch (role) {
    case Role::kDevice:
      return "device";
    case Role::kWorker:
      return "worker";
    case Role::kOperator:
      return "operator";
    case Role::kDashboard:
      break;
  }
  return "dashboard";
}

absl::StatusOr<TlsFiles> FindTlsFiles(const TlsConfig& tls, const Identity& identity) {
  std::filesystem::path folder;
  if (tls.credentials) {
    std::string text = tls.credentials->string();
    if (identity.id.empty() && text.find("{id}") != std::string::npos) {
      return absl::FailedPreconditionError(fmt::format(
          "{} needs an id for {{id}}: name this {} by --as ID", text, Name(identity.role)));
    }
    Replace(text, "{role}", Name(identity.role));
    Replace(text, "{id}", identity.id);
    folder = text;
  } else if (const char* named = Environment(kFolderVariable)) {
    folder = named;
  } else if (const char* service = Environment(kServiceFolderVariable)) {
    folder = service;
  } else {
    return absl::FailedPreconditionError(fmt::format(
        "the fleet file asks for TLS and nobody names the credentials: say 'credentials: FOLDER' "
        "in its 'tls', or set {} in the environment",
        kFolderVariable));
  }
  return TlsFiles{.authority = folder / "ca.pem",
                  .certificate = folder / "client.crt",
                  .key = folder / "client.key",
                  .check_revocation = tls.check_revocation};
}

absl::Status CheckCredentialsNamed(const BrokerConfig& broker, const Identity& identity) {
  if (broker.tls) {
    if (absl::Status found = FindTlsFiles(*broker.tls, identity).status(); !found.ok())
      return found;
  }
  return CheckPasswordNamed(broker);
}

CredentialEnds EndsOf(const TlsFiles& files) {
  CredentialEnds ends;
  if (const auto pem = Read(files.certificate, Secrecy::kPublic); pem.ok()) {
    ends.certificate = EarliestEnd(pem->text, false);
  }
  if (const auto pem = Read(files.authority, Secrecy::kPublic); pem.ok()) {
    ends.authority = EarliestEnd(pem->text, files.check_revocation);
  }
  return ends;
}

absl::StatusOr<Credentials> LoadCredentials(const BrokerConfig& broker, const Identity& identity) {
  Credentials credentials;
  if (broker.tls) {
    const auto files = FindTlsFiles(*broker.tls, identity);
    if (!files.ok()) return files.status();
    if (absl::Status fit = CheckTlsFiles(*files); !fit.ok()) return fit;
    credentials.tls = *files;
  }
  if (broker.username) {
    const auto password = Password(broker);
    if (!password.ok()) return password.status();
    credentials.username = *broker.username;
    credentials.password = *password;
  }
  return credentials;
}

}  // namespace biglittle::wire
