#include "core/fleet/topic_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

bool AreLevels(std::string_view text) {
  if (text.size() > kMaxTopicLevelsBytes) return false;
  while (true) {
    const std::size_t end = std::min(text.find('/'), text.size());
    if (!IsIdentifier(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool IsBelow(std::string_view topic, std::string_view above) {
  return topic.starts_with(above) && (topic.size() == above.size() || topic[above.size()] == '/');
}

}  // namespace

void ReadTopicLevels(const YamlNode& node, std::string_view name, std::string& target,
                     Problems& problems) {
  auto text = ReadLine(node, name, kMaxPathBytes, problems);
  if (text && AreLevels(*text)) {
    target = *std::move(text);
  } else if (text) {
    problems.Add(node, fmt::format("'{}' must be levels of A-Z a-z 0-9 _ . - with '/' "
                                   "between them, not {}",
                                   name, Quoted(*text)));
  }
}

TextShape TopicLevelsShape() {
  return {.what = fmt::format("identifiers with `/` between them, {} bytes", kMaxTopicLevelsBytes),
          .pattern = "^[A-Za-z0-9_.-]{1,64}(/[A-Za-z0-9_.-]{1,64})*$",
          .longest = kMaxTopicLevelsBytes};
}

bool TopicsOverlap(std::string_view a, std::string_view b) {
  return IsBelow(a, b) || IsBelow(b, a);
}

}  // namespace biglittle
