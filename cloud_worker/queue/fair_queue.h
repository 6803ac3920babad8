// A bounded queue of what several senders send, served in turn: who sends much waits for his own.
//
// Turns by start-time fair queueing: P. Goyal, H. Vin, H. Cheng, "Start-time Fair Queuing", 1996.
// Bounds by dynamic thresholds: a sender may hold no more than is still free, so that a flood of
// one leaves half, and of two a third, to others: A. Choudhury, E. Hahne, "Dynamic Queue Length
// Thresholds for Shared-Memory Packet Switches", 1998.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace biglittle {

// Of one sender first in, first out. Not thread-safe.
template <typename T>
class FairQueue {
 public:
  struct Bounds {
    std::size_t elements = 0;  // of all senders together
    std::size_t bytes = 0;     // likewise; one alone may have more
  };
  struct Taken {
    std::string sender;
    T element;
    std::size_t bytes = 0;
  };

  explicit FairQueue(const Bounds& bounds) : bounds_(bounds) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // False, and `element` as it was, if its sender may not have more.
  [[nodiscard]] bool Push(const std::string& sender, std::size_t bytes, T&& element) {
    auto at = senders_.find(sender);
    const bool is_new = at == senders_.end();
    if (!Fits(is_new ? 0 : at->second.waiting.size(), is_new ? 0 : at->second.bytes, bytes)) {
      return false;
    }
    if (is_new) at = senders_.try_emplace(sender).first;
    Sender& of = at->second;
    of.waiting.emplace_back(std::move(element), bytes);
    of.bytes += bytes;
    bytes_ += bytes;
    ++size_;
    if (of.waiting.size() == 1) LineUp(*at, std::max(of.turn, served_));
    return true;
  }

  // Of the sender whose turn it is. Not of an empty queue.
  Taken Pop() {
    Entry& entry = *turns_.begin()->second;
    Sender& of = entry.second;
    StepOut(of);
    Taken taken{entry.first, std::move(of.waiting.front().first), of.waiting.front().second};
    of.waiting.pop_front();
    of.bytes -= taken.bytes;
    bytes_ -= taken.bytes;
    --size_;
    served_ = std::max(served_, of.turn);
    of.turn += kElementCost + taken.bytes;
    if (!of.waiting.empty()) LineUp(entry, of.turn);
    if (size_ == 0 || senders_.size() > kMaxIdleSenders + turns_.size()) ForgetIdle();
    return taken;
  }

  // What was taken of this sender cost as much as so many bytes more.
  void Charge(const std::string& sender, std::size_t bytes) {
    if (size_ == 0) return;  // nobody waits for him
    Entry& entry = *senders_.try_emplace(sender).first;
    Sender& of = entry.second;
    const bool waits = !of.waiting.empty();
    if (waits) StepOut(of);
    of.turn = std::max(of.turn, served_) + bytes;
    if (waits) LineUp(entry, of.turn);
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Sender {
    std::deque<std::pair<T, std::size_t>> waiting;
    std::size_t bytes = 0;
    std::uint64_t turn = 0;     // grows with what it is given, in bytes
    std::uint64_t arrival = 0;  // among those of the same turn
  };
  using Senders = std::unordered_map<std::string, Sender>;
  using Entry = typename Senders::value_type;

  // Of each element, beside its bytes.
  static constexpr std::uint64_t kElementCost = 1024;
  static constexpr std::size_t kMaxIdleSenders = 4096;

  // One more of so many bytes, for a sender that has `elements` of `held` bytes.
  bool Fits(std::size_t elements, std::size_t held, std::size_t bytes) const {
    if (elements >= bounds_.elements - size_) return false;
    return size_ == 0 || held + bytes <= bounds_.bytes - std::min(bytes_, bounds_.bytes);
  }
  void LineUp(Entry& entry, std::uint64_t turn) {
    entry.second.turn = turn;
    entry.second.arrival = arrivals_++;
    turns_.emplace(std::pair(turn, entry.second.arrival), &entry);
  }
  void StepOut(const Sender& of) { turns_.erase({of.turn, of.arrival}); }
  // Those that have nothing here and are owed nothing; all of them when nobody waits.
  void ForgetIdle() {
    std::erase_if(senders_, [this](const auto& entry) {
      return entry.second.waiting.empty() && (size_ == 0 || entry.second.turn <= served_);
    });
  }

  const Bounds bounds_;
  Senders senders_;
  // Of those that have something here, by turn and then by arrival.
  std::map<std::pair<std::uint64_t, std::uint64_t>, Entry*> turns_;
  std::uint64_t served_ = 0;  // the turn of the last one that was taken
  std::uint64_t arrivals_ = 0;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace biglittle
