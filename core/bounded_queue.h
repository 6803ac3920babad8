// A queue between threads that refuses when it is full, so that whoever fills it must decide what
// happens to the element, and memory stays bounded.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace biglittle {

// Thread-safe; any number of producers and consumers. First in, first out.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // False if the queue is full or closed; `element` is then left as it was.
  [[nodiscard]] bool TryPush(T&& element) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || elements_.size() >= capacity_) return false;
      elements_.push_back(std::move(element));
    }
    changed_.notify_one();
    return true;
  }

  // Waits until there is an element, `deadline` passes (nullopt), or the queue is closed and empty
  // (nullopt).
  std::optional<T> PopUntil(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const auto is_over = [this] { return closed_ || !elements_.empty(); };
    // Going to sleep until a time that has passed costs as much as any sleep.
    if (!is_over() && deadline > std::chrono::steady_clock::now()) {
      changed_.wait_until(lock, deadline, is_over);
    }
    return TakeLocked();
  }

  // Waits until there is an element, or the queue is closed and empty (nullopt).
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !elements_.empty(); });
    return TakeLocked();
  }

  std::optional<T> TryPop() {
    const std::lock_guard lock(mutex_);
    return TakeLocked();
  }

  // Nothing can be pushed any more; what is inside can still be taken. Wakes every waiter.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return elements_.size();
  }

  std::size_t capacity() const { return capacity_; }

 private:
  std::optional<T> TakeLocked() {
    if (elements_.empty()) return std::nullopt;
    std::optional<T> element(std::move(elements_.front()));
    elements_.pop_front();
    return element;
  }

  // Constant after construction.
  const std::size_t capacity_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> elements_;
  bool closed_ = false;
};

}  // namespace biglittle
