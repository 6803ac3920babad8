// As much of HTTP as a probe and a scrape need: GET and HEAD of a path, one request a connection.
//
// Pure functions, thread-safe. Parsing is a trust boundary: any bytes may come in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace biglittle::wire {

// A request's head, line ends included; a longer one is refused.
inline constexpr std::size_t kMaxRequestBytes = 4096;

struct HttpRequest {
  int refusal = 0;    // 0: `path` is wanted; else the status to refuse it with
  bool head = false;  // only the answer's head is wanted
  std::string path;   // begins with '/', without what follows a '?'
};

// nullopt: the head is not whole yet, go on reading.
std::optional<HttpRequest> ParseHttpRequest(std::string_view received);

struct HttpAnswer {
  int status = 200;
  std::string body;
};

// The bytes of an answer, after which the connection is closed. `content_type` is the body's.
std::string EncodeHttpAnswer(const HttpAnswer& answer, std::string_view content_type, bool head);

}  // namespace biglittle::wire
