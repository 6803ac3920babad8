#include "device_agent/state/state_outlet.h"

#include <utility>

#include "core/outcome.h"
#include "device_agent/delivery_tag.h"
#include "wire/messages/device_state.h"

namespace biglittle {
namespace {

bool WasSeenByANet(const wire::Result& result) {
  return result.reason != Name(FallbackReason::kOverrun) &&
         result.reason != Name(FallbackReason::kInvalidReading);
}

}  // namespace

StateOutlet::StateOutlet(const StateConfig& config, const Task& task, std::string topic,
                         Publish publish, Counters& counters, const Clock& clock)
    : config_(config),
      task_(task),
      topic_(std::move(topic)),
      publish_(std::move(publish)),
      counters_(counters),
      clock_(clock),
      settled_(config),
      next_(clock.Now() + config.interval) {}

void StateOutlet::OnFinal(const wire::Result& result) {
  if (!WasSeenByANet(result)) return;
  last_ = result;
  if (settled_.Add({result.class_index, result.confidence, result.capture_time})) unsaid_ = true;
  if (unsaid_ && link_up_) Say();
}

void StateOutlet::OnLink(bool up) {
  link_up_ = up;
  // The broker may have lost what it had retained.
  if (up && settled_.state()) Say();
}

void StateOutlet::OnTime() {
  if (link_up_ && settled_.state() && clock_.Now() >= next_) Say();
}

std::optional<SteadyTime> StateOutlet::NextWake() const {
  return link_up_ && settled_.state() ? std::optional(next_) : std::nullopt;
}

void StateOutlet::Say() {
  const SettledClass::State& settled = *settled_.state();
  wire::DeviceState state{.fleet = last_.fleet,
                          .device = last_.device,
                          .task = task_.name,
                          .class_index = settled.class_index,
                          .label = std::string(task_.LabelOf(settled.class_index)),
                          .prioritised = task_.IsPriority(settled.class_index),
                          .confidence = settled.confidence,
                          .since = settled.since,
                          .time = clock_.WallNow(),
                          .readings = settled.readings,
                          .sequence = last_.sequence};
  wire::Message message = ToMessage(topic_, state);
  message.tag = ToTag({TagKind::kStatus, 0});
  const absl::Status taken = publish_(std::move(message));
  ++counters_[taken.ok() ? "states_sent" : "states_refused"];
  // The backlog is full: said again before long.
  unsaid_ = !taken.ok();
  next_ = clock_.Now() + (taken.ok() ? SteadyTime::duration(config_.interval)
                                     : SteadyTime::duration(std::chrono::seconds(1)));
}

}  // namespace biglittle
