#include "wire/mqtt/refusal_log.h"

#include <fmt/format.h>

#include "wire/connect/connect_trouble.h"

namespace biglittle::wire {

std::optional<std::string> RefusalLog::Note(const std::string& topic, int reason_code,
                                            std::string_view words, SteadyTime now) {
  // Each device's reply topic is one of its own: beyond the bound they count together.
  const bool known = kinds_.contains({topic, reason_code});
  const bool own = known || kinds_.size() < kMostKinds;
  Kind& kind = own ? kinds_[{topic, reason_code}] : others_;
  const bool first = kind.count == 0;
  ++kind.count;
  if (!first && now - kind.told_at < kInterval) return std::nullopt;
  kind.told_at = now;
  const std::string why = SentenceOfReason(reason_code, words);
  if (first) return fmt::format("the broker refuses a message to {}: {}", topic, why);
  return fmt::format("the broker refuses messages to {}{}, {} so far: {}", topic,
                     own ? "" : " and others", kind.count, why);
}

}  // namespace biglittle::wire
