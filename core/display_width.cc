#include "core/display_width.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <optional>

#include "core/utf8.h"

namespace biglittle {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

// wcwidth() goes by the thread's locale, and the programs have that of C.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(Shared())) {}
  ~Utf8Locale() { uselocale(before_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  // Where there is none, which changes nothing: only ASCII has a width then.
  static locale_t Shared() {
    static const locale_t shared = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return shared;
  }
  const locale_t before_;
};

struct Piece {
  std::string_view text;  // of one character
  std::size_t columns = 0;
};

// The character at `at`; `at` is then behind it.
Piece Next(std::string_view text, std::size_t& at) {
  const std::size_t length = Utf8Length(text, at);
  const std::string_view sequence = text.substr(at, std::max<std::size_t>(length, 1));
  at += sequence.size();
  const int columns = length == 0 ? -1 : wcwidth(static_cast<wchar_t>(Utf8Character(sequence)));
  if (columns < 0) return {kReplacement, 1};
  return {sequence, static_cast<std::size_t>(columns)};
}

std::size_t WidthOf(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += Next(text, at).columns;
  return width;
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  const Utf8Locale locale;
  return WidthOf(text);
}

std::string FitInto(std::string_view text, std::size_t columns) {
  const Utf8Locale locale;
  const bool fits = WidthOf(text) <= columns;
  if (!fits && columns == 0) return "";
  std::size_t left = fits ? columns : columns - 1;
  std::string fitting;
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = Next(text, at);
    if (piece.columns > left) break;
    left -= piece.columns;
    fitting += piece.text;
  }
  if (!fits) fitting += kEllipsis;
  return fitting;
}

}  // namespace biglittle
