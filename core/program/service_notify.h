// Tells a service manager (systemd, or whoever speaks sd_notify(3)) how the program is: datagrams
// to the socket that the environment names. Without that variable nothing is sent.
//
// What cannot be delivered is lost in silence: a program must not depend on who watches it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace biglittle {

// Thread-safe: constant after construction, and each call is one datagram.
class ServiceNotify {
 public:
  // NOTIFY_SOCKET, and WATCHDOG_USEC where WATCHDOG_PID is absent or ours.
  static ServiceNotify FromEnvironment();

  // `socket` is an absolute path, or '@' and an abstract name; "" or anything else: nobody listens.
  explicit ServiceNotify(const std::string& socket,
                         std::optional<std::chrono::microseconds> watchdog = std::nullopt);
  ~ServiceNotify();
  ServiceNotify(ServiceNotify&& other) noexcept;
  ServiceNotify& operator=(ServiceNotify&&) = delete;

  bool active() const { return fd_ >= 0; }
  // How often to call Watchdog(): half of what the service manager waits for. nullopt: never.
  std::optional<std::chrono::microseconds> watchdog_interval() const;

  // `status` is one line for people; line ends in it become spaces.
  void Ready(std::string_view status) const;
  void Reloading() const;  // Ready() ends it
  void Stopping() const;
  void Status(std::string_view status) const;
  void Watchdog() const;

 private:
  void Send(const std::string& text) const;

  // Not connected: whoever listens may go away and come back under the same name.
  std::string address_;  // the bytes of a sockaddr_un
  int fd_ = -1;          // -1: nobody listens
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace biglittle
