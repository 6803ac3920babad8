// What stands in fields of several messages. Pure functions, thread-safe. For use inside wire/
// only.
#pragma once

#include <cstdint>
#include <limits>

#include "core/yaml/key_facts.h"

namespace biglittle::wire {

inline constexpr std::int64_t kNoMost = std::numeric_limits<std::int64_t>::max();

// Any finite number.
FractionShape AnyNumber();
// A time of RFC 3339 in UTC.
TextShape TimeShape();
// A class of the task; -1: none of the prioritised ones.
WholeShape ClassShape();
// 0 to 1.
FractionShape ShareShape();
// From 0.
WholeShape CountShape();

}  // namespace biglittle::wire
