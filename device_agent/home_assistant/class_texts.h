// A task's labels as Home Assistant can show them: it strips what a template renders, takes some
// words for no state at all, and bounds names.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/task/task.h"

namespace biglittle {

// Home Assistant's names go into entities' ids, of at most 255 characters.
inline constexpr std::size_t kMaxNameBytes = 100;

// What its state may be, each once: one a label, in order, and one for kOtherClass. The labels
// themselves, but for those that it could not have as a state.
std::vector<std::string> ClassTexts(const Task& task);

// The template that makes one of ClassTexts of a device's state (docs/wire.md#a-state).
std::string ClassTemplate(const Task& task);

// A literal of Jinja with that text, of ASCII alone, so that nothing in it can end the literal or
// begin a template.
std::string JinjaText(std::string_view text);

// UTF-8 of at most kMaxNameBytes; what is longer is cut, and ends in "...".
std::string NameText(std::string_view text);

}  // namespace biglittle
