#include "core/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace biglittle {
namespace {

bool IsControl(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

// Bytes of the well-formed UTF-8 sequence that begins at `position`, 0 if there is none.
// Source: The Unicode Standard, table 3-7.
std::size_t SequenceLength(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return position + i < text.size() ? static_cast<unsigned char>(text[position + i]) : 0U;
  };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// The code point of the `length` bytes of UTF-8 that `text` begins with.
char32_t CodePoint(std::string_view text, std::size_t length) {
  constexpr std::array<unsigned, 5> kFirstBits{0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t code = static_cast<unsigned char>(text[0]) & kFirstBits[length];
  for (std::size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  return code;
}

// First and last of each range. Source: The Unicode Standard, the properties White_Space (but for
// the plain ones) and Default_Ignorable_Code_Point, and the controls of C1.
constexpr std::pair<char32_t, char32_t> kInvisible[] = {
    {0x80, 0xa0},     {0xad, 0xad},     {0x34f, 0x34f},     {0x61c, 0x61c},     {0x115f, 0x1160},
    {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

// As JSON and C write it.
std::string Spelled(char32_t code) {
  const auto number = static_cast<std::uint32_t>(code);
  return number > 0xffff ? fmt::format("\\U{:08x}", number) : fmt::format("\\u{:04x}", number);
}

bool IsInvisible(char32_t code) {
  return std::ranges::any_of(
      kInvisible, [&](const auto& range) { return code >= range.first && code <= range.second; });
}

}  // namespace

std::optional<std::size_t> FirstUnprintable(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = SequenceLength(text, i);
    if (length == 0) return i;
    if (IsControl(static_cast<unsigned char>(c)) && c != '\t' && c != '\n' && c != '\r') return i;
    i += length;
  }
  return std::nullopt;
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string quoted = "'";
  for (std::size_t i = 0; i < text.size();) {
    if (quoted.size() > kLongest) {
      quoted += "...";
      break;
    }
    const std::size_t length = SequenceLength(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0 || IsControl(byte)) {
      quoted += fmt::format("\\x{:02x}", byte);
      ++i;
    } else {
      const char32_t code = CodePoint(text.substr(i), length);
      quoted += IsInvisible(code) ? Spelled(code) : std::string(text.substr(i, length));
      i += length;
    }
  }
  quoted.push_back('\'');
  return quoted;
}

std::optional<std::size_t> FirstInvisible(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = SequenceLength(text, i);
    if (length > 0 && IsInvisible(CodePoint(text.substr(i), length))) return i;
    i += std::max<std::size_t>(length, 1);
  }
  return std::nullopt;
}

std::string WithoutInvisible(std::string_view text) {
  std::string visible;
  while (const auto at = FirstInvisible(text)) {
    visible += text.substr(0, *at);
    text.remove_prefix(*at + SequenceLength(text, *at));
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
