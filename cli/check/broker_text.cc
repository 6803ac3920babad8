#include "cli/check/broker_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/text.h"

namespace biglittle {
namespace {

struct HiddenText {
  std::size_t at;
  std::string message;
};

std::string_view WithoutBlanksAtItsEnd(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

std::optional<HiddenText> FirstHidden(std::string_view line) {
  if (line.starts_with('#')) return std::nullopt;
  if (const std::size_t tab = line.find('\t'); tab != line.npos) {
    return HiddenText{tab, "a tab: Mosquitto takes spaces only between its words"};
  }
  if (const auto at = FirstInvisible(line)) {
    return HiddenText{*at,
                      fmt::format("an invisible character, which Mosquitto takes for a part of {}",
                                  Quoted(line))};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Diagnostic> InvisibleInBrokerFile(std::string_view text, const std::string& file) {
  std::vector<Diagnostic> found;
  if (text.starts_with(kByteOrderMark)) {
    found.push_back({file, 1, 1,
                     "a byte order mark, which Mosquitto takes for a part of the first line: save "
                     "the file without"});
    text = WithoutByteOrderMark(text);
  }
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto unseen = FirstHidden(WithoutBlanksAtItsEnd(text.substr(0, end)))) {
      found.push_back({file, number, static_cast<int>(unseen->at) + 1, unseen->message});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace biglittle
