#include "cloud_worker/worker_status.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "core/clock.h"
#include "core/run_id.h"
#include "core/version.h"

namespace biglittle {

WorkerStatus::WorkerStatus(const wire::Topics& topics, const std::string& fleet,
                           const std::string& worker)
    : topic_(topics.WorkerStatus(worker)),
      status_{
          .fleet = fleet, .worker = worker, .run = NewRunId(), .version = std::string(Version())} {}

void WorkerStatus::Count(const std::string& name, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  status_.counters[name] += by;
}

void WorkerStatus::CountAnswers(const std::vector<Answer>& answers) {
  std::size_t answered = 0;
  for (const Answer& answer : answers) {
    const auto* rejection = std::get_if<wire::Rejection>(&answer.reply.answer);
    if (rejection != nullptr) Count(fmt::format("rejected_{}", Name(rejection->reason)));
    answered += rejection == nullptr ? 1 : 0;
  }
  if (answered > 0) Count("answered", answered);
}

std::map<std::string, std::uint64_t> WorkerStatus::counters() const {
  const std::lock_guard lock(mutex_);
  return status_.counters;
}

wire::Message WorkerStatus::Message(wire::State state, std::map<std::string, std::string> models,
                                    const std::map<std::string, std::uint64_t>& more,
                                    std::vector<wire::DeviceWork> busiest) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.time = Clock::Real().WallNow();
  status_.models = std::move(models);
  for (const auto& [name, value] : more) status_.counters[name] = value;
  status_.busiest = std::move(busiest);
  return ToMessage(topic_, status_);
}

}  // namespace biglittle
