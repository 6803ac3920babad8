#include "core/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <vector>

#include "core/shown_text.h"
#include "core/utf8.h"

namespace biglittle {
namespace {

bool IsControl(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

}  // namespace

std::optional<std::size_t> FirstUnprintable(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = Utf8Length(text, i);
    if (length == 0) return i;
    if (IsControl(static_cast<unsigned char>(c)) && c != '\t' && c != '\n' && c != '\r') return i;
    i += length;
  }
  return std::nullopt;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return "'" + Shown(text, kLongest) + "'";
}

std::optional<std::size_t> FirstInvisible(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = Utf8Length(text, i);
    if (length > 1 && IsInvisible(Utf8Character(text.substr(i, length)))) return i;
    i += std::max<std::size_t>(length, 1);
  }
  return std::nullopt;
}

std::string WithoutInvisible(std::string_view text) {
  std::string visible;
  while (const auto at = FirstInvisible(text)) {
    visible += text.substr(0, *at);
    text.remove_prefix(*at + Utf8Length(text, *at));
  }
  return visible.append(text);
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

bool IsIdentifier(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

bool IsTaskName(std::string_view text) {
  return IsIdentifier(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool IsIpAddress(const std::string& text) {
  in6_addr ignored{};
  return inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  // Not of a name that only begins so.
  return host.starts_with("127.") && IsIpAddress(host);
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // Three rows of the dynamic programme: two above, one above, and the one being filled.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

bool DiffersByEnding(std::string_view a, std::string_view b) {
  const std::string_view shorter = a.size() < b.size() ? a : b;
  const std::string_view longer = a.size() < b.size() ? b : a;
  return !shorter.empty() && longer.size() > shorter.size() + 1 &&
         longer.substr(0, shorter.size()) == shorter && longer[shorter.size()] == '_';
}

}  // namespace biglittle
