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
  // 0 <= worker < threads(); returns when all are done. The task must not throw, nor call ForEach.
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
  void TakeItems(std::int64_t worker);

  // The current job; written by the caller while all others wait.
  Function function_ = nullptr;
  void* task_ = nullptr;
  std::int64_t items_ = 0;
  bool stop_ = false;

  std::atomic<std::int64_t> next_{0};      // the first item that nobody has taken
  std::atomic<std::uint32_t> job_{0};      // counts jobs: a change wakes the threads
  std::atomic<std::uint32_t> working_{0};  // threads that have not finished the current job
  std::vector<std::thread> threads_;
};

}  // namespace biglittle::nn
