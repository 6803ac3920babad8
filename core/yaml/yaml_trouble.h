// Why a text that looks like YAML is none: what a person does not see.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace biglittle {

struct InvisibleTrouble {
  int line;    // 1-based
  int column;  // 1-based, in bytes
  std::string message;
};

// The tab in the indentation, or the invisible character, that made a parser give up at `line`
// (1-based); nullopt if neither is there.
std::optional<InvisibleTrouble> InvisibleCause(std::string_view text, int line);

}  // namespace biglittle
