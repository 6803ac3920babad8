#include "wire/messages/message_shapes.h"

namespace biglittle::wire {

FractionShape AnyNumber() {
  constexpr double kMost = std::numeric_limits<float>::max();
  return {{-kMost, kMost}};
}

TextShape TimeShape() {
  return {.what = "time of RFC 3339, in UTC",
          .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$",
          .format = "date-time"};
}

WholeShape ClassShape() { return {{-1, kNoMost}}; }
FractionShape ShareShape() { return {{0, 1}}; }
WholeShape CountShape() { return {{0, kNoMost}}; }

}  // namespace biglittle::wire
