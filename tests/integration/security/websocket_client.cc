#include "tests/integration/security/websocket_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/loopback.h"

namespace biglittle {
namespace {

constexpr std::uint8_t kConnect = 0x10;
constexpr std::uint8_t kConnectAnswer = 0x20;
constexpr std::uint8_t kPublish = 0x30;
constexpr std::uint8_t kSubscribe = 0x82;
constexpr std::uint8_t kSubscribeAnswer = 0x90;

std::string Text(const std::string& text) {
  return {std::string{static_cast<char>(text.size() >> 8U), static_cast<char>(text.size())} + text};
}

std::uint8_t Byte(const std::string& text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

}  // namespace

WebsocketClient::WebsocketClient(std::uint16_t port, const std::filesystem::path& authority)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), tls_(nullptr, SSL_free) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  EXPECT_EQ(SSL_CTX_load_verify_locations(context_.get(), authority.c_str(), nullptr), 1);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), fd_);
  EXPECT_EQ(SSL_connect(tls_.get()), 1);
  Upgrade();
}

WebsocketClient::~WebsocketClient() { close(fd_); }

void WebsocketClient::Upgrade() {
  const std::string request =
      "GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
  SSL_write(tls_.get(), request.data(), static_cast<int>(request.size()));
  while (raw_.find("\r\n\r\n") == std::string::npos && Fill(raw_.size() + 1)) {
  }
  EXPECT_TRUE(raw_.starts_with("HTTP/1.1 101")) << raw_;
  raw_.erase(0, raw_.find("\r\n\r\n") + 4);
}

bool WebsocketClient::Fill(std::size_t bytes) {
  char buffer[4096];
  while (raw_.size() < bytes) {
    const int count = SSL_read(tls_.get(), buffer, sizeof(buffer));
    if (count <= 0) return false;
    raw_.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

bool WebsocketClient::ReadFrame() {
  if (!Fill(4)) return false;
  std::size_t header = 2;
  std::size_t size = Byte(raw_, 1);
  if (size == 126) {
    header = 4;
    size = static_cast<std::size_t>(Byte(raw_, 2) << 8U) + Byte(raw_, 3);
  }
  if (!Fill(header + size)) return false;
  constexpr std::uint8_t kBinary = 0x82;
  if (Byte(raw_, 0) != kBinary) return false;  // it closes
  stream_ += raw_.substr(header, size);
  raw_.erase(0, header + size);
  return true;
}

// Masked, as a client must; with zeros, which change nothing.
void WebsocketClient::Write(std::uint8_t type, const std::string& body) {
  std::string packet{static_cast<char>(type)};
  if (body.size() > 127) packet += static_cast<char>(body.size() % 128 + 128);
  packet += static_cast<char>(body.size() > 127 ? body.size() / 128 : body.size());
  packet += body;
  const std::string frame = std::string("\x82\xFE", 2) + static_cast<char>(packet.size() >> 8U) +
                            static_cast<char>(packet.size()) + std::string(4, '\0') + packet;
  SSL_write(tls_.get(), frame.data(), static_cast<int>(frame.size()));
}

// Of less than 128 bytes, as all that these tests await.
std::optional<WebsocketClient::Packet> WebsocketClient::Read() {
  while (stream_.size() < 2 || stream_.size() < 2U + Byte(stream_, 1)) {
    if (!ReadFrame()) return std::nullopt;
  }
  const std::size_t size = Byte(stream_, 1);
  EXPECT_LT(size, 128U);
  Packet packet{Byte(stream_, 0), stream_.substr(2, size)};
  stream_.erase(0, 2 + size);
  return packet;
}

std::optional<int> WebsocketClient::Connect(const std::string& client_id, const std::string& user,
                                            const std::string& password) {
  const std::string head("\x00\x04MQTT\x04\xC2\x00\x3C", 10);  // clean, user, password; 60 s
  Write(kConnect, head + Text(client_id) + Text(user) + Text(password));
  const auto answer = Read();
  if (!answer || answer->type != kConnectAnswer) return std::nullopt;
  return Byte(answer->body, 1);
}

std::optional<int> WebsocketClient::Subscribe(const std::string& filter) {
  Write(kSubscribe, std::string("\x00\x01", 2) + Text(filter) + std::string(1, '\0'));
  const auto answer = Read();
  if (!answer || answer->type != kSubscribeAnswer) return std::nullopt;
  return Byte(answer->body, 2);
}

std::optional<std::string> WebsocketClient::Next() {
  const auto packet = Read();
  if (!packet || packet->type != kPublish) return std::nullopt;
  return packet->body.substr(2);
}

}  // namespace biglittle
