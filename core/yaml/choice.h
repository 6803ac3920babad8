// A choice among words, as a table: what a person writes, what it stands for, what it means.
#pragma once

#include <string_view>

namespace biglittle {

template <typename Value>
struct Choice {
  Value value;
  std::string_view name;       // as it is written
  std::string_view help = {};  // Markdown, a phrase without its full stop; may be empty
};

// How `value`, which the table has, is written.
template <typename Table, typename Value>
constexpr std::string_view ChoiceName(const Table& table, Value value) {
  for (const auto& choice : table) {
    if (choice.value == value) return choice.name;
  }
  return "";
}

}  // namespace biglittle
