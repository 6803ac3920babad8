// Texts that people write and read: what may be in them, and how to show them in a message.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace biglittle {

// Position of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms, up to
// U+10FFFF) or a control character other than tab, line feed and carriage return; nullopt if all
// of `text` is fit to be shown.
std::optional<std::size_t> FirstUnprintable(std::string_view text);

// 'text' for a message: Shown() (core/shown_text.h), shortened to about 60 bytes.
std::string Quoted(std::string_view text);

// Position of the first character beyond ASCII that nobody sees (IsInvisible in core/shown_text.h);
// nullopt if there is none.
std::optional<std::size_t> FirstInvisible(std::string_view text);
// `text` without them.
std::string WithoutInvisible(std::string_view text);

// What editors of some systems put first into a text file.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// `text` without the byte order mark that it may begin with.
std::string_view WithoutByteOrderMark(std::string_view text);

// 1 to 64 characters of A-Z a-z 0-9 _ . - : fit to be a level of an MQTT topic and a file name's
// part.
bool IsIdentifier(std::string_view text);
// 1 to 64 characters of a-z 0-9 - : a task's name, which is also its folder's.
bool IsTaskName(std::string_view text);

// The number that `text` is, as a whole: no blank, no '+', nothing beside it, and none that Number
// does not have.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

// An IPv4 or IPv6 address as text, without brackets or a zone.
bool IsIpAddress(const std::string& text);
// A name or address by which a machine reaches itself and nobody else: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(const std::string& host);

// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. Meant for short
// texts: takes time a.size() * b.size().
std::size_t EditDistance(std::string_view a, std::string_view b);

// True if one is the other plus an ending that begins with '_', such as a unit.
bool DiffersByEnding(std::string_view a, std::string_view b);

// The entry of `known` that `text` was most likely meant to be; empty if none is near.
// Optimal string alignment distance of at most 2, or a missing or superfluous ending.
template <typename Range>
std::string NearestTo(std::string_view text, const Range& known) {
  constexpr std::size_t kLongest = 64;
  constexpr std::size_t kFarthest = 2;
  std::string nearest;
  if (text.size() > kLongest) return nearest;
  std::size_t least = kFarthest + 1;
  for (const auto& candidate : known) {
    const std::string_view name(candidate);
    if (name.size() > kLongest) continue;
    std::size_t distance = EditDistance(text, name);
    // Two edits turn any two-letter word into any other: a word must keep more than half of itself.
    if (2 * distance >= name.size()) distance = kFarthest + 1;
    if (distance > 1 && DiffersByEnding(text, name)) distance = 1;
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace biglittle
