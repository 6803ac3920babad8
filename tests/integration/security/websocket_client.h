// A browser's MQTT 3.1.1 over a websocket and TLS, as little of it as a test needs: Debian's
// libmosquitto speaks none.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace biglittle {

// Not thread-safe. Waits are bounded by ten seconds each.
class WebsocketClient {
 public:
  // To 127.0.0.1, without a certificate of its own. Errors fail the test.
  WebsocketClient(std::uint16_t port, const std::filesystem::path& authority);
  ~WebsocketClient();
  WebsocketClient(const WebsocketClient&) = delete;
  WebsocketClient& operator=(const WebsocketClient&) = delete;

  // The return code of CONNACK; nullopt: the connection ended.
  std::optional<int> Connect(const std::string& client_id, const std::string& user,
                             const std::string& password);
  // Of SUBACK: 128 if refused.
  std::optional<int> Subscribe(const std::string& filter);
  // The next message, topic and payload together; nullopt: the connection ended.
  std::optional<std::string> Next();

 private:
  struct Packet {
    std::uint8_t type = 0;
    std::string body;
  };

  void Upgrade();
  bool Fill(std::size_t bytes);  // of raw_
  bool ReadFrame();              // into stream_
  void Write(std::uint8_t type, const std::string& body);
  std::optional<Packet> Read();

  int fd_ = -1;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
  std::string raw_;     // received, not yet taken apart
  std::string stream_;  // what was in the frames
};

}  // namespace biglittle
