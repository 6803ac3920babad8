// The worker's reload thread: new versions of the models, and who is told of them.
#include <spdlog/spdlog.h>

#include "cloud_worker/worker.h"
#include "core/clock.h"

namespace biglittle {

// The first look is taken in any case: it tells of versions that could not be loaded at the start.
void Worker::ReloadLoop() {
  for (;;) {
    const auto changes = models_.Poll([this] {
      if (health_ != nullptr) health_->service().Reloading();
    });
    if (reload_stop_.closed()) return;  // what it was loading has not failed
    for (const ModelStore::Change& change : changes) TellChange(change);
    if (health_ != nullptr && !changes.empty()) health_->service().Ready("online");
    if (config_.reload_interval == Milliseconds(0)) return;
    static_cast<void>(reload_stop_.PopUntil(Clock::Real().Now() + config_.reload_interval));
    if (reload_stop_.closed()) return;
  }
}

void Worker::TellChange(const ModelStore::Change& change) {
  if (change.problem.empty()) {
    status_.Count("reloads");
    spdlog::info("{}: task {} is served by {} from now on: {}", config_.id, change.task,
                 change.folder.string(), change.digest);
  } else {
    status_.Count("reload_failures");
    spdlog::error("{}: task {} keeps the model that serves, {} cannot replace it: {}", config_.id,
                  change.task, change.folder.string(), change.problem);
  }
  // Nothing is online that has begun to stop.
  if (session_.connected() && !reload_stop_.closed()) Send(StatusMessage(wire::State::kOnline));
}

}  // namespace biglittle
