#include "cli/lab/broker_process.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/check/broker_file.h"
#include "cli/own_user.h"
#include "cli/text_file.h"
#include "core/read_file.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kStartTimeout{10};
constexpr Milliseconds kPollInterval{10};
constexpr int kFreePortTries = 5;

// Debian puts it into sbin, which is not on everybody's path.
absl::StatusOr<std::string> MosquittoPath() {
  for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto",
                           "/usr/local/bin/mosquitto"}) {
    if (access(path, X_OK) == 0) return std::string(path);
  }
  return absl::NotFoundError(
      "there is no mosquitto on this machine: install it with 'apt-get install mosquitto'");
}

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool Accepts(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

// Replaces the port of the listeners that are on loopback; false if there is none.
bool SetPort(BrokerLines& lines, std::uint16_t port) {
  bool found = false;
  for (auto& [directive, value] : lines) {
    if (directive != "listener" || !value.ends_with(" 127.0.0.1")) continue;
    value = fmt::format("{} 127.0.0.1", port);
    found = true;
  }
  return found;
}

// Mosquitto takes some directives once only.
void Set(BrokerLines& lines, const std::string& directive, const std::string& value) {
  std::erase_if(lines, [&](const BrokerLine& line) { return line.directive == directive; });
  lines.push_back({directive, value});
}

absl::Status WriteConfiguration(const BrokerProcess::Options& options, std::uint16_t port,
                                const std::filesystem::path& to) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  const auto text = ReadWholeFile(options.configuration, kMostBytes);
  if (!text.ok()) {
    return absl::Status(text.status().code(), fmt::format("{}: {}", options.configuration.string(),
                                                          std::string(text.status().message())));
  }
  BrokerLines lines = ReadBrokerLines(*text);
  if (!SetPort(lines, port)) {
    return absl::InvalidArgumentError(
        fmt::format("{} has no line 'listener PORT 127.0.0.1'", options.configuration.string()));
  }
  // Started by root, Mosquitto would become another user, who may not see our folder.
  if (const auto user = OwnUserName()) Set(lines, "user", *user);
  if (options.persistent) {
    Set(lines, "persistence", "true");
    Set(lines, "persistence_location", options.folder.string() + "/");
    Set(lines, "autosave_interval", "1");
  }
  if (options.page) {
    if (absl::Status added = AddPageListener(*options.page, options.folder, lines); !added.ok()) {
      return added;
    }
  }
  return WriteTextFile(to, WriteBrokerLines(lines));
}

}  // namespace

std::optional<std::uint16_t> FreePort(std::uint16_t wished) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  // As Mosquitto does it: connections that linger from an earlier run do not count.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = Loopback(wished);
  socklen_t size = sizeof(address);
  std::optional<std::uint16_t> port;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(fd);
  return port;
}

BrokerProcess::BrokerProcess(ChildProcess process, std::uint16_t port)
    : process_(std::move(process)), port_(port) {}

// Unavailable if it ends or stays deaf.
absl::StatusOr<BrokerProcess> BrokerProcess::Launch(const std::filesystem::path& configuration,
                                                    std::uint16_t port,
                                                    const std::filesystem::path& log) {
  const absl::StatusOr<std::string> mosquitto = MosquittoPath();
  if (!mosquitto.ok()) return mosquitto.status();
  absl::StatusOr<ChildProcess> process =
      ChildProcess::Start({*mosquitto, "-c", configuration.string()}, log);
  if (!process.ok()) return process.status();
  const SteadyTime deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (!process->Poll() && std::chrono::steady_clock::now() < deadline) {
    if (Accepts(port)) return BrokerProcess(*std::move(process), port);
    std::this_thread::sleep_for(kPollInterval);
  }
  return FailedWithLog("mosquitto did not start", log);
}

absl::StatusOr<BrokerProcess> BrokerProcess::StartAsIs(const std::filesystem::path& configuration,
                                                       std::uint16_t port,
                                                       const std::filesystem::path& log) {
  if (!FreePort(port)) {
    return absl::InvalidArgumentError(fmt::format("port {} is in use", port));
  }
  return Launch(configuration, port, log);
}

absl::StatusOr<BrokerProcess> BrokerProcess::Start(const Options& options) {
  const std::filesystem::path configuration = options.folder / "mosquitto.conf";
  absl::StatusOr<BrokerProcess> broker = absl::InternalError("not tried");
  // Between finding a free port and the broker's taking it, somebody else may: then try another.
  for (int attempt = 0; attempt < kFreePortTries; ++attempt) {
    const std::optional<std::uint16_t> port = FreePort(options.port);
    if (!port) {
      return absl::InvalidArgumentError(fmt::format(
          "port {} is in use: name another one, or none for any that is free", options.port));
    }
    if (absl::Status status = WriteConfiguration(options, *port, configuration); !status.ok()) {
      return status;
    }
    broker = Launch(configuration, *port, options.folder / "mosquitto.log");
    if (!absl::IsUnavailable(broker.status())) break;
  }
  return broker;
}

}  // namespace biglittle
