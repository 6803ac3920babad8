// Polls for new versions of the models while the worker serves, and says what became of them.
#pragma once

#include <functional>

#include "cloud_worker/models/model_store.h"
#include "core/bounded_queue.h"
#include "core/clock.h"

namespace biglittle {

// Thread-safe, but for Run: one thread calls it.
class ModelReloader {
 public:
  // On Run's thread.
  struct Events {
    std::function<void()> loading;  // before a version is loaded, which may take seconds
    std::function<void(const ModelStore::Change&)> changed;
    std::function<void()> done;  // after each poll that changed anything
  };

  // Polls every `interval`; 0: once, in any case, for that tells of versions that could not be
  // loaded at the start. `models` must outlive it.
  ModelReloader(ModelStore& models, Milliseconds interval, Events events);

  // Until Stop, or after the only poll.
  void Run();

  // Run returns soon. What is being loaded is left behind, here or where a net is renewed: one that
  // is tried for the first time may hang. Idempotent.
  void Stop();
  bool stopping() const { return stop_.closed(); }

 private:
  ModelStore& models_;
  const Milliseconds interval_;
  const Events events_;
  BoundedQueue<int> stop_{1};
};

}  // namespace biglittle
