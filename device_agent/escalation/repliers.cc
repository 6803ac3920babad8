#include "device_agent/escalation/repliers.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/text.h"

namespace biglittle {
namespace {

// That have counters of their own; there may be any number of them.
constexpr std::size_t kMaxKnown = 32;
// As long as an identifier of ours may be; who has a longer name is none of ours.
constexpr std::size_t kMaxNameBytes = 64;
// Whoever answered within this time is still there.
constexpr std::chrono::seconds kLately{60};

}  // namespace

void Repliers::Count(std::string_view kind, const std::string& worker) {
  const std::string name = fmt::format("replies_{}", kind);
  ++counters_[name];
  ++counters_[fmt::format("{}_of_{}", name, Remember(worker) ? worker : "others")];
}

bool Repliers::Remember(const std::string& worker) {
  if (worker.size() > kMaxNameBytes) return false;
  if (known_.contains(worker)) return true;
  return known_.size() < kMaxKnown && known_.try_emplace(worker).second;
}

void Repliers::Answered(const std::string& worker, SteadyTime now) {
  if (Remember(worker)) known_[worker] = now;
}

bool Repliers::AnotherAnswers(const std::string& worker, SteadyTime now) const {
  return std::ranges::any_of(known_, [&](const auto& other) {
    return other.first != worker && other.second && now - *other.second < kLately;
  });
}

void Repliers::NoteInvalid(const std::string& worker, std::string_view why, SteadyTime now) {
  Count("invalid", worker);
  if (!invalid_said_.MaySay(now)) return;
  spdlog::warn("{}: a reply of worker {} was refused: {}", device_, Quoted(worker), why);
}

// Where a release is under way it is a newer one; else somebody should look.
void Repliers::NoteUnexpected(const std::string& worker, std::string_view digest,
                              std::string_view expected, SteadyTime now) {
  Count("unexpected_model", worker);
  if (!unexpected_said_.MaySay(now)) return;
  spdlog::warn(
      "{}: worker {} answers with a net of digest {}, the task's big net has {}: bring the task up "
      "to date on both, or look who that worker is",
      device_, Quoted(worker), Quoted(digest), expected);
}

// Every request of ours has correlation data, and a worker gives it back: something between the two
// takes it away, and with it every reading's answer.
void Repliers::NoteLostCorrelation(SteadyTime now) {
  ++counters_["replies_without_correlation"];
  if (!correlation_said_.MaySay(now)) return;
  spdlog::warn(
      "{}: replies come without correlation data, so that nobody can tell which reading they "
      "answer: something on the way to the workers does not carry the properties of MQTT 5; where "
      "Mosquitto bridges, say 'bridge_protocol_version mqttv50' in its 'connection'",
      device_);
}

}  // namespace biglittle
