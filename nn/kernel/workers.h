// A small pool of threads that share the work of one kernel.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace biglittle::nn {

// The thread that calls ForEach works too; the others are waiting in between. Belongs to one
// caller: not thread-safe.
class Workers {
 public:
  // threads >= 1, the caller included: 1 starts none. Throws std::system_error.
  explicit Workers(std::int64_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::int64_t threads() const { return static_cast<std::int64_t>(threads_.size()) + 1; }

  // Calls task(item, worker) for each item in [0, items), in any order, on any of the threads,
  // 0 <= worker < threads(); returns when all are done. items < 2^32 - 1. The task must not throw,
  // nor call ForEach.
  template <typename Task>
  void ForEach(std::int64_t items, Task&& task) {
    if (threads_.empty() || items == 1) {
      for (std::int64_t item = 0; item < items; ++item) task(item, std::int64_t{0});
      return;
    }
    Share(items, const_cast<void*>(static_cast<const void*>(&task)),
          [](void* opaque, std::int64_t item, std::int64_t worker) {
            (*static_cast<std::remove_reference_t<Task>*>(opaque))(item, worker);
          });
  }

 private:
  using Function = void (*)(void* task, std::int64_t item, std::int64_t worker);

  void Share(std::int64_t items, void* task, Function function);
  void Work(std::int64_t worker);
  // Takes and does items of the current job until none is left to take.
  void TakeItems(std::int64_t worker);
  void Stop();

  // A job is open from the moment its number is written here until its last item is taken: its
  // number in the upper half, the next item in the lower. A thread that comes late finds another
  // number, or no item, and nobody waits for it: where the cores are busy with something else the
  // caller goes on alone. Between two jobs it is closed: no item is left to take.
  std::atomic<std::uint64_t> open_{0};
  // Of the current job. A thread may read them while the next job is written, but then cannot take
  // an item of either.
  std::atomic<Function> function_{nullptr};
  std::atomic<void*> task_{nullptr};
  std::atomic<std::uint32_t> items_{0};

  alignas(64) std::atomic<std::uint32_t> done_{0};  // items of the current job
  alignas(64) std::atomic<std::uint32_t> jobs_{0};  // a change wakes the threads
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace biglittle::nn
