#include "cloud_worker/models/model_reloader.h"

#include <utility>
#include <vector>

namespace biglittle {

ModelReloader::ModelReloader(ModelStore& models, Milliseconds interval, Events events)
    : models_(models), interval_(interval), events_(std::move(events)) {}

void ModelReloader::Run() {
  for (;;) {
    const std::vector<ModelStore::Change> changes = models_.Poll(events_.loading);
    if (stopping()) return;  // what it was loading has not failed
    for (const ModelStore::Change& change : changes) events_.changed(change);
    if (!changes.empty()) events_.done();
    if (interval_ == Milliseconds(0)) return;
    static_cast<void>(stop_.PopUntil(Clock::Real().Now() + interval_));
    if (stopping()) return;
  }
}

void ModelReloader::Stop() {
  stop_.Close();
  models_.StopLoading();
}

}  // namespace biglittle
