// Results on their way into one message: alone, as JSON, or several as lines of JSON where the
// device is told to let them wait for companions (docs/wire.md).
//
// Neither thread nor clock nor network inside. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "device_agent/results/result_store.h"
#include "wire/message.h"
#include "wire/messages/result.h"

namespace biglittle {

class ResultBatch {
 public:
  struct Limits {
    std::size_t max_results = 1;  // at least 1; 1: nothing waits
    std::size_t max_bytes = 1U << 20U;
    Milliseconds linger{20};
    // A result is handed over this long before its deadline at the latest.
    Milliseconds deadline_margin{0};
  };
  struct Item {
    ResultKey key = 0;
    bool stored = false;
  };
  // Takes a message and what is in it, at least one item, in order.
  using Send = std::function<void(wire::Message message, std::span<const Item> items)>;

  ResultBatch(Limits limits, std::string topic, Send send);

  // Appends one. Sends what is full by number or bytes, and at once what cannot wait. A single
  // result that is larger than max_bytes is sent all the same: it is the session that refuses.
  void Add(const wire::Result& result, Item item, SteadyTime now);
  // From now on a message's packet (wire/mqtt_packets.h) is no larger than that either.
  void SetMaxPacketBytes(std::size_t bytes);
  // Sends what has waited long enough at `now`.
  void OnTime(SteadyTime now);
  // Sends what waits, if there is anything.
  void Flush();

  // When OnTime has something to do.
  std::optional<SteadyTime> due() const { return due_; }
  std::size_t size() const { return items_.size(); }

 private:
  SteadyTime DueOf(const wire::Result& result, SteadyTime now) const;

  // Constant after construction.
  const Limits limits_;
  const std::string topic_;
  const Send send_;

  std::size_t max_bytes_;  // of limits_, or less where the broker takes less
  std::string lines_;      // without the last one's end
  std::vector<Item> items_;
  std::optional<SteadyTime> due_;  // set while there is anything
};

// A message of lines as two, of which the first has `lines` of them, at least one and not all.
std::pair<wire::Message, wire::Message> SplitLines(const wire::Message& message, std::size_t lines);

}  // namespace biglittle
