#include "core/host_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLevel = 63;

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsLevel(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLevel && IsIdentifier(text) &&
         text.find('.') == text.npos && text.front() != '-' && text.back() != '-';
}

bool IsName(std::string_view text) {
  if (text.size() > kLongestName) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!IsLevel(text.substr(0, dot))) return false;
    if (dot == text.npos) return !IsNumber(text);
    text.remove_prefix(dot + 1);
  }
}

bool IsAddress(std::string_view text) {
  const std::size_t zone = text.find('%');
  const std::string address(text.substr(0, zone));
  if (zone == text.npos) return IsIpAddress(address);
  return address.find(':') != address.npos && IsIpAddress(address) &&
         IsIdentifier(text.substr(zone + 1));
}

// Takes `text` up to and with the first `mark` away, if it is there.
void RemoveThrough(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at != text.npos) text.remove_prefix(at + mark.size());
}

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

bool IsHost(std::string_view text) { return IsAddress(text) || IsName(text); }

// Of scheme://user@host:port/path, or a part of that, host and port.
std::string HostMend(std::string_view text) {
  if (IsHost(text)) return "";
  text = WithoutBlanks(text);
  RemoveThrough(text, "://");
  text = text.substr(0, text.find_first_of("/?#"));
  RemoveThrough(text, "@");
  std::string_view port;
  const std::size_t bracket = text.find(']');
  if (text.starts_with('[') && bracket != text.npos) {
    port = text.substr(bracket + 1);
    text = text.substr(1, bracket - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    port = text.substr(text.find(':'));
    text = text.substr(0, text.find(':'));
  }
  while (text.ends_with('.')) text.remove_suffix(1);
  if (!IsHost(text) || (!port.empty() && !port.starts_with(':'))) return "";
  if (!port.empty()) port.remove_prefix(1);
  return fmt::format(": write '{}'{}", text,
                     IsNumber(port) ? fmt::format(", and the port by itself: {}", port) : "");
}

std::string HostInUrl(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return is_ipv6 ? fmt::format("[{}]", host) : std::string(host);
}

}  // namespace biglittle
