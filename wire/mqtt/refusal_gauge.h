// Which kinds of messages the broker refuses: an access list with a typing error lets a program
// connect, and then takes nothing that it says.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "wire/message.h"

namespace biglittle::wire {

class RefusalGauge {
 public:
  // In the words of a sentence: "results", "statuses". A kind is known by its place; two may share
  // a name.
  explicit RefusalGauge(const std::vector<std::string>& kinds) {
    for (const std::string& kind : kinds) kinds_.emplace_back(kind);
  }

  // The broker answered a message of that kind.
  void Note(std::size_t kind, Delivery delivery) {
    Kind& noted = kinds_[kind];
    const bool refused = delivery == Delivery::kRefused;
    if (refused) noted.refused.fetch_add(1, std::memory_order_relaxed);
    // Read first: it is the same with every message of a program that is well.
    if (noted.standing.load(std::memory_order_relaxed) != refused) {
      noted.standing.store(refused, std::memory_order_relaxed);
    }
  }

  // Messages of that kind that were refused.
  std::uint64_t refused(std::size_t kind) const {
    return kinds_[kind].refused.load(std::memory_order_relaxed);
  }
  // The last one of them that the broker answered was refused.
  bool Stands(std::size_t kind) const {
    return kinds_[kind].standing.load(std::memory_order_relaxed);
  }
  // Those that stand: "results and statuses"; empty if none does.
  std::string Standing() const;
  // For /ready; empty if none stands.
  std::string Sentence() const {
    const std::string standing = Standing();
    if (standing.empty()) return standing;
    return "the broker refuses " + standing +
           ": let this program publish them, in the broker's access list or its role";
  }

 private:
  struct Kind {
    explicit Kind(std::string kind_name) : name(std::move(kind_name)) {}

    const std::string name;
    std::atomic<bool> standing = false;
    std::atomic<std::uint64_t> refused = 0;
  };

  std::deque<Kind> kinds_;  // constant after construction, but for its atomics
};

}  // namespace biglittle::wire
