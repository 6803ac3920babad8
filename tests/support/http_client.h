// The client's side of HTTP for tests, byte by byte, so that a test can be as rude as it wants.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/support/loopback.h"

namespace biglittle {

// Not connected if nobody listens. Reading gives up after 30 s.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{30, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    const sockaddr_in address = Loopback(port);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~HttpConnection() { close(fd_); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  bool connected() const { return connected_; }
  // False once the other side has closed.
  bool Send(std::string_view bytes) const {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // Everything until the other side closes.
  std::string ReadAll() const {
    std::string all;
    char buffer[4096];
    for (;;) {
      const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
      if (count <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(count));
    }
  }

 private:
  const int fd_;
  bool connected_ = false;
};

struct HttpReply {
  int status = 0;  // 0: nobody answered
  std::string head;
  std::string body;
};

inline HttpReply Ask(std::uint16_t port, std::string_view request) {
  const HttpConnection connection(port);
  if (!connection.connected() || !connection.Send(request)) return {};
  const std::string all = connection.ReadAll();
  const std::size_t end = all.find("\r\n\r\n");
  if (end == std::string::npos) return {};
  return {std::atoi(all.substr(9, 3).c_str()), all.substr(0, end), all.substr(end + 4)};
}

inline HttpReply Get(std::uint16_t port, std::string_view path) {
  return Ask(port, fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path));
}

// The value of a line of a metrics text, `series` with its labels; -1 if there is none.
inline double ValueOf(const std::string& text, const std::string& series) {
  const std::size_t at = ("\n" + text).find("\n" + series + " ");
  if (at == std::string::npos) return -1;
  return std::strtod(text.c_str() + at + series.size(), nullptr);
}

}  // namespace biglittle
