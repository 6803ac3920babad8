#include "wire/http/http_request.h"

#include <fmt/format.h>

#include <algorithm>

namespace biglittle::wire {
namespace {

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

// A client may end its lines with LF alone; CR LF CR LF holds an LF too, so one search does not do.
bool IsWhole(std::string_view received) {
  return received.find("\r\n\r\n") != std::string_view::npos ||
         received.find("\n\n") != std::string_view::npos;
}

HttpRequest Refused(int status) { return {.refusal = status}; }

HttpRequest ParseLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Refused(400);
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refused(400);
  const bool plain =
      std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (target.empty() || target.front() != '/' || !plain) return Refused(400);
  if (method != "GET" && method != "HEAD") return Refused(405);
  return {.head = method == "HEAD", .path = std::string(target.substr(0, target.find('?')))};
}

}  // namespace

std::optional<HttpRequest> ParseHttpRequest(std::string_view received) {
  if (!IsWhole(received.substr(0, kMaxRequestBytes))) {
    if (received.size() < kMaxRequestBytes) return std::nullopt;
    return Refused(431);
  }
  std::string_view line = received.substr(0, received.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return ParseLine(line);
}

std::string EncodeHttpAnswer(const HttpAnswer& answer, std::string_view content_type, bool head) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}"
      "Cache-Control: no-store\r\nConnection: close\r\n\r\n{}",
      answer.status, Reason(answer.status), content_type, answer.body.size(),
      answer.status == 405 ? "Allow: GET, HEAD\r\n" : "", head ? std::string() : answer.body);
}

}  // namespace biglittle::wire
