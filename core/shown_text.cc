#include "core/shown_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/utf8.h"

namespace biglittle {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// What is obeyed or not seen; in order. Sources: The Unicode Standard 15.0, general categories Cc,
// Cf, Zl, Zp; Default_Ignorable_Code_Point; of Zs all but the ASCII and the ideographic space.
constexpr Range kInvisible[] = {
    {0x0000, 0x001f},   {0x007f, 0x00a0}, {0x00ad, 0x00ad}, {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};
// They join or shape what stands before them, in scripts from here on and in emoji.
constexpr Range kJoining[] = {{0x200c, 0x200d}, {0xfe00, 0xfe0f}};
constexpr char32_t kFirstJoined = 0x0590;

template <std::size_t kSize>
bool IsIn(char32_t character, const Range (&ranges)[kSize]) {
  return std::ranges::any_of(ranges, [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

// `before`: the character before it, if that is shown as it is.
bool IsSeen(char32_t character, char32_t before) {
  if (!IsIn(character, kInvisible)) return true;
  return before >= kFirstJoined && IsIn(character, kJoining);
}

constexpr bool IsPlainByte(char byte) { return byte >= 0x20 && byte < 0x7f; }

void SpellByte(char byte, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
}

void Spell(char32_t character, std::string& out) {
  const auto code = static_cast<unsigned>(character);
  if (code < 0x80) return SpellByte(static_cast<char>(code), out);
  const char* form = code < 0x10000 ? "\\u{:04x}" : "\\U{:08x}";
  fmt::format_to(std::back_inserter(out), fmt::runtime(form), code);
}

void SpellJson(char32_t character, std::string& out) {
  auto code = static_cast<unsigned>(character);
  if (code >= 0x10000) {
    code -= 0x10000;
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", 0xd800 + (code >> 10U));
    code = 0xdc00 + (code & 0x3ffU);
  }
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
}

// Appends the character at `at`, or what stands for it, and returns where the next one begins.
// `before` is what IsSeen wants to know.
std::size_t Append(std::string_view text, std::size_t at, char32_t& before, std::string& out) {
  const std::size_t length = Utf8Length(text, at);
  if (length == 0) {
    SpellByte(text[at], out);
    before = 0;
    return at + 1;
  }
  const std::string_view sequence = text.substr(at, length);
  const char32_t character = Utf8Character(sequence);
  const bool seen = IsSeen(character, before);
  before = seen ? character : 0;
  if (seen) {
    out += sequence;
  } else {
    Spell(character, out);
  }
  return at + length;
}

}  // namespace

bool IsInvisible(char32_t character) { return IsIn(character, kInvisible); }

bool IsPlain(std::string_view text) { return std::ranges::all_of(text, IsPlainByte); }

std::string Shown(std::string_view text, std::size_t most) {
  std::string shown;
  shown.reserve(std::min(text.size(), most) + 3);
  char32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (shown.size() >= most) return shown + "...";
    at = Append(text, at, before, shown);
  }
  return shown;
}

std::string ShownLines(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  char32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n' || text[at] == '\t') {
      shown += text[at++];
      before = 0;
    } else {
      at = Append(text, at, before, shown);
    }
  }
  return shown;
}

std::string ShownJson(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t length = Utf8Length(json, at);
    const std::string_view sequence = json.substr(at, std::max<std::size_t>(length, 1));
    const char32_t character = length == 0 ? 0xfffd : Utf8Character(sequence);
    // Between values JSON itself has the ends of lines.
    const bool blank = character == '\n' || character == '\t' || character == '\r';
    if (length > 0 && (blank || !IsIn(character, kInvisible))) {
      shown += sequence;
    } else {
      SpellJson(character, shown);
    }
    at += sequence.size();
  }
  return shown;
}

}  // namespace biglittle
