// The way of results out of the device: to the broker at once where it can be reached, or together
// where they may wait for each other, by way of the store where there is one. What could not be
// delivered is sent again from the store, paced and one by one, after a reconnect or a restart.
//
// Neither thread nor clock nor network inside. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/log_limit.h"
#include "core/token_bucket.h"
#include "device_agent/delivery_tag.h"
#include "device_agent/results/resend_order.h"
#include "device_agent/results/result_batch.h"
#include "device_agent/results/result_journal.h"
#include "device_agent/results/result_store.h"
#include "wire/message.h"
#include "wire/messages/result.h"
#include "wire/mqtt_packets.h"

namespace biglittle {

class ResultOutlet {
 public:
  struct Options {
    std::string device;  // for the log
    std::string topic;
    ResultBatch::Limits batch;
    std::size_t resend_per_s = 200;
    Milliseconds keep{500};  // delivered results, in case the broker dies
  };
  // Takes a message to be published, with one result or several. OnDelivered is to be called for
  // it once, if it was taken; not needed for results that cannot be sent again and that the broker
  // took.
  using Publish = std::function<absl::Status(wire::Message)>;
  using Counters = std::map<std::string, std::uint64_t>;

  // `store` may be absent: then a result that the broker does not take is gone. `counters` and
  // `clock` must outlive the outlet.
  ResultOutlet(Options options, std::optional<ResultStore> store, Publish publish,
               Counters& counters, const Clock& clock);

  // The first sequence number that was never used.
  std::uint64_t next_sequence() const { return journal_.next_sequence(); }

  // Makes the final result of a reading that an earlier run left open out of the one that Pending
  // was given; `since` then as much time has passed at least.
  using Restarted = std::function<void(wire::Result& result, Milliseconds since)>;
  void Recover(const Restarted& restarted);

  // A reading goes to the cloud; `if_lost` is its final result if this process ends before it.
  void Pending(const wire::Result& if_lost);
  void Provisional(const wire::Result& result);
  void Final(const wire::Result& result);
  // Many final results at once, of readings that were never escalated.
  void Finals(std::span<const wire::Result> results);

  // The broker can be reached, or not any more. Begins as not. `max_packet_bytes`: what it takes
  // (wire/mqtt_packets.h), where it can be reached.
  void OnLink(bool up, std::size_t max_packet_bytes = wire::kMaxPacketBytes);
  // What became of the message of this tag, which is one of results.
  void OnDelivered(DeliveryTag tag, wire::Delivery delivery);
  // A message of results that Publish took and that is larger than the broker takes: it goes as
  // several, or, where it has one result, is counted as refused.
  void OnTooLarge(wire::Message message);
  // Sends again what is in the store, forgets what was delivered and what is too old.
  void OnTime();
  // Hands over at once what waits for companions.
  void SendNow() { batch_.Flush(); }
  // Forgets at once all that was delivered.
  void Flush() { journal_.Flush(); }

  std::optional<SteadyTime> NextWake() const;
  // Results in the store that were not delivered, without those of escalations under way.
  std::uint64_t undelivered() const { return journal_.undelivered(); }
  // Results that could not be stored and that the broker has not taken yet.
  std::size_t unstored() const { return unstored_.size(); }
  // Results that the broker refused and that nobody has any more.
  std::uint64_t lost() const { return lost_; }
  // Results that could not even be sent, for the backlog or the broker's packet size, likewise.
  std::uint64_t unsent() const { return unsent_; }
  bool has_store() const { return journal_.exists(); }
  std::uint64_t store_rows() const { return journal_.rows(); }
  std::uint64_t store_bytes() const { return journal_.bytes(); }

 private:
  void Send(const wire::Result& result, ResultKey key);
  void SendWritten(const wire::Result& result, ResultKey key, bool written);
  void SendMessage(wire::Message message, std::span<const ResultBatch::Item> items);
  void SendHalves(const wire::Message& message, std::span<const ResultBatch::Item> items);
  void NoteRefused(std::span<const ResultBatch::Item> items, const absl::Status& why);
  void OnResultDelivered(ResultKey key, wire::Delivery delivery);
  void OnUnstoredDelivered(ResultKey key, wire::Delivery delivery);
  void OnStoredRefused(ResultKey key, std::string_view mend);
  void NoteLost(std::uint64_t results);
  void Resend();
  bool ResendRow(const ResultStore::Row& row);
  void SendLater(ResultKey key);
  void RememberProvisional(ResultKey key);
  // Results in flight that do not wait for companions any more.
  std::size_t on_their_way() const {
    return in_flight_.size() - std::min(in_flight_.size(), batch_.size());
  }

  // Constant after construction.
  const Options options_;
  const Publish publish_;
  Counters& counters_;
  const Clock& clock_;

  ResultJournal journal_;
  ResendOrder order_;  // of what waits in the journal
  TokenBucket resend_budget_;
  bool link_up_ = false;
  std::size_t max_packet_bytes_ = wire::kMaxPacketBytes;
  std::unordered_set<ResultKey> in_flight_;  // at most what the session's backlog holds
  // The same, of what could not be written; without a store, nobody counts them.
  std::unordered_set<ResultKey> unstored_;
  // Of readings that may still be under way; bounded.
  std::unordered_set<ResultKey> unsent_provisional_;
  // Of messages under way with several results, by tag: the first one's key is the tag.
  std::unordered_map<ResultKey, std::vector<ResultKey>> companions_;
  LogLimit refusal_said_;
  std::uint64_t lost_ = 0;
  std::uint64_t unsent_ = 0;
  ResultBatch batch_;  // what is in here counts as being in flight
};

}  // namespace biglittle
