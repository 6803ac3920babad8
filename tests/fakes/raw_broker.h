// The other end of one MQTT connection, byte by byte: for what a real broker does not show.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/support/loopback.h"

namespace biglittle {

// Not thread-safe.
class RawBroker {
 public:
  struct Packet {
    int type = 0;  // 1 CONNECT, 3 PUBLISH, ...
    int flags = 0;
    std::string body;  // after the fixed header
  };

  RawBroker() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~RawBroker() {
    Close();
    close(listener_);
  }
  RawBroker(const RawBroker&) = delete;
  RawBroker& operator=(const RawBroker&) = delete;

  std::uint16_t port() const { return port_; }

  // Then the connection before it, if there was one, is closed.
  void Accept() {
    const int next = accept(listener_, nullptr, nullptr);
    Close();
    connection_ = next;
  }
  void Close() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
  }
  // nullopt: none came for `seconds`, or the connection ended.
  std::optional<Packet> Receive(int seconds) {
    const timeval patience{seconds, 0};
    setsockopt(connection_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    const std::optional<std::string> head = Read(1);
    if (!head) return std::nullopt;
    std::size_t size = 0;
    for (int shift = 0;; shift += 7) {
      const std::optional<std::string> byte = Read(1);
      if (!byte) return std::nullopt;
      const auto value = static_cast<std::uint8_t>((*byte)[0]);
      size |= std::size_t{value & 0x7FU} << shift;
      if (value < 0x80) break;
    }
    std::optional<std::string> body = Read(size);
    if (!body) return std::nullopt;
    const auto first = static_cast<std::uint8_t>((*head)[0]);
    return Packet{first >> 4, first & 0xF, *std::move(body)};
  }
  void Send(const std::string& bytes) {
    EXPECT_EQ(send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  std::optional<std::string> Read(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t got = 0; got < count;) {
      const ssize_t more = recv(connection_, bytes.data() + got, count - got, 0);
      if (more <= 0) return std::nullopt;
      got += static_cast<std::size_t>(more);
    }
    return bytes;
  }

  int listener_;
  int connection_ = -1;
  std::uint16_t port_ = 0;
};

inline std::size_t Number16(const std::string& bytes, std::size_t at) {
  return std::size_t{static_cast<std::uint8_t>(bytes[at])} << 8 |
         static_cast<std::uint8_t>(bytes[at + 1]);
}

// Of an MQTT 5 CONNECT that has no other properties than these two: what it asks for by
// RECEIVE_MAXIMUM. nullopt: nothing.
inline std::optional<std::size_t> ReceiveMaximum(const std::string& connect_body) {
  constexpr std::size_t kProperties = 10;  // after name, level, flags, keep-alive
  constexpr char kSessionExpiry = 0x11;
  constexpr char kReceiveMaximum = 0x21;
  const std::size_t end = kProperties + 1 + static_cast<std::uint8_t>(connect_body[kProperties]);
  for (std::size_t at = kProperties + 1; at < end;) {
    if (connect_body[at] == kReceiveMaximum) return Number16(connect_body, at + 1);
    if (connect_body[at] != kSessionExpiry) return std::nullopt;
    at += 5;
  }
  return std::nullopt;
}

}  // namespace biglittle
