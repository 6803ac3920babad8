#include "device_agent/home_assistant/class_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>

#include "core/prediction.h"
#include "core/utf8.h"

namespace biglittle {
namespace {

// Taken for "no state is known" or "nobody answers", whatever the case.
constexpr std::array<std::string_view, 3> kReserved = {"none", "unknown", "unavailable"};
// White space beyond ASCII that is stripped and that a label may have: the ideographic space.
constexpr std::string_view kWideSpace = "\xe3\x80\x80";

bool IsReserved(std::string_view text) {
  return std::ranges::any_of(kReserved, [text](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

std::string_view Stripped(std::string_view text) {
  for (;;) {
    if (text.starts_with(' ')) {
      text.remove_prefix(1);
    } else if (text.ends_with(' ')) {
      text.remove_suffix(1);
    } else if (text.starts_with(kWideSpace)) {
      text.remove_prefix(kWideSpace.size());
    } else if (text.ends_with(kWideSpace)) {
      text.remove_suffix(kWideSpace.size());
    } else {
      return text;
    }
  }
}

// The index into ClassTexts.
int ClassAt(std::size_t place, const Task& task) {
  return place < task.labels.size() ? static_cast<int>(place) : kOtherClass;
}

bool StaysAsItIs(std::string_view label) { return Stripped(label) == label && !IsReserved(label); }

}  // namespace

std::vector<std::string> ClassTexts(const Task& task) {
  std::set<std::string, std::less<>> taken;
  for (const std::string& label : task.labels) {
    if (StaysAsItIs(label)) taken.insert(label);
  }
  std::vector<std::string> texts;
  for (std::size_t place = 0; place <= task.labels.size(); ++place) {
    const std::string_view label = task.LabelOf(ClassAt(place, task));
    std::string text(label);
    if (!StaysAsItIs(label)) {
      text = fmt::format("{} (class {})", Stripped(label), place);
      while (!taken.insert(text).second) text += '+';
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

std::string ClassTemplate(const Task& task) {
  const std::vector<std::string> texts = ClassTexts(task);
  std::string others;
  for (std::size_t place = 0; place < texts.size(); ++place) {
    const int index = ClassAt(place, task);
    if (texts[place] == task.LabelOf(index)) continue;
    others += fmt::format("{}{}: {}", others.empty() ? "" : ", ", index, JinjaText(texts[place]));
  }
  if (others.empty()) return "{{ value_json.label }}";
  return fmt::format("{{{{ {{{}}}.get(value_json['class'], value_json.label) }}}}", others);
}

std::string JinjaText(std::string_view text) {
  std::string literal = "'";
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(Utf8Length(text), 1);
    const auto code = Utf8Length(text) == 0 ? U'\ufffd' : Utf8Character(text.substr(0, length));
    const bool plain = code < 0x80 && (std::isalnum(static_cast<int>(code)) != 0 || code == ' ' ||
                                       code == '_' || code == '-');
    if (plain) {
      literal += static_cast<char>(code);
    } else if (code < 0x10000) {
      fmt::format_to(std::back_inserter(literal), "\\u{:04x}", static_cast<unsigned>(code));
    } else {
      fmt::format_to(std::back_inserter(literal), "\\U{:08x}", static_cast<unsigned>(code));
    }
    text.remove_prefix(length);
  }
  return literal + "'";
}

std::string NameText(std::string_view text) {
  constexpr std::string_view kCut = "...";
  if (text.size() <= kMaxNameBytes) return std::string(text);
  std::size_t end = 0;
  while (end + Utf8Length(text, end) <= kMaxNameBytes - kCut.size() && Utf8Length(text, end) > 0) {
    end += Utf8Length(text, end);
  }
  return std::string(text.substr(0, end)).append(kCut);
}

}  // namespace biglittle
