#include "cli/bench/first_result.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "cli/lab/child_process.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
constexpr Milliseconds kPoll{1};
// Of the histogram that counts a reading when its outcome is decided.
constexpr std::string_view kCount = "biglittle_agent_reading_seconds_count{decided_by=\"little\"} ";

// What an HTTP server of this machine says; empty if it does not.
std::string Get(std::uint16_t port, std::string_view path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string all;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    static_cast<void>(send(fd, request.data(), request.size(), MSG_NOSIGNAL));
    char buffer[4096];
    for (ssize_t count = 0; (count = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(count));
    }
  }
  close(fd);
  return all;
}

bool HasResult(std::uint16_t port) {
  const std::string page = Get(port, "/metrics");
  const std::size_t at = page.find(kCount);
  return at != std::string::npos && page.compare(at + kCount.size(), 2, "0\n") != 0 &&
         page.compare(at + kCount.size(), 2, "0\r") != 0;
}

}  // namespace

absl::StatusOr<std::chrono::duration<double, std::milli>> TimeToFirstResult(
    const Installation& installation, const std::filesystem::path& file, const char* id,
    std::uint16_t health_port, const std::filesystem::path& folder) {
  const SteadyTime begun = steady_clock::now();
  absl::StatusOr<ChildProcess> device =
      ChildProcess::Start({(installation.programs / "device_agent").string(), "--config",
                           file.string(), "--device", id, "--log-level", "error"},
                          folder / fmt::format("{}.log", id));
  if (!device.ok()) return device.status();
  while (!HasResult(health_port)) {
    if (device->Poll() || steady_clock::now() > begun + kPatience) {
      return FailedWithLog("a device has no first result", device->log());
    }
    std::this_thread::sleep_for(kPoll);
  }
  const auto took = steady_clock::now() - begun;
  device->Terminate(std::chrono::seconds(5));
  return took;
}

}  // namespace biglittle
