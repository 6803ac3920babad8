#include "device_agent/results/result_outlet.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace biglittle {
namespace {

// Provisional results that were not sent are remembered, up to so many.
constexpr std::size_t kMostRemembered = 65536;
constexpr Milliseconds kRefusedPause{1000};
constexpr Milliseconds kResendBurst{100};
constexpr std::uint64_t kLogEvery = 1000;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

ResultOutlet::ResultOutlet(Options options, std::optional<ResultStore> store, Publish publish,
                           Counters& counters, const Clock& clock)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      counters_(counters),
      clock_(clock),
      store_(std::move(store)),
      resend_budget_(static_cast<double>(options_.resend_per_s), kResendBurst),
      refused_pause_(kRefusedPause),
      last_sign_of_life_(clock.Now()),
      next_flush_(clock.Now()),
      next_aging_(clock.Now()),
      batch_(options_.batch, options_.topic,
             [this](wire::Message message, std::span<const ResultBatch::Item> items) {
               SendMessage(std::move(message), items);
             }) {
  if (store_ && store_->rows() > 0) unsent_from_ = 0;
}

void ResultOutlet::Pending(const wire::Result& if_lost) {
  if (store_) Store(if_lost, FinalKey(if_lost.sequence), true);
}

void ResultOutlet::Provisional(const wire::Result& result) {
  Send(result, ProvisionalKey(result.sequence));
}

void ResultOutlet::Final(const wire::Result& result) {
  // A provisional one that was never sent says nothing any more.
  const ResultKey provisional = ProvisionalKey(result.sequence);
  if (unsent_provisional_.erase(provisional) > 0) {
    done_.AddObsolete(provisional);
  }
  Send(result, FinalKey(result.sequence));
}

// One transaction for all of them; nothing is sent before it is written down.
void ResultOutlet::Finals(std::span<const wire::Result> results) {
  if (results.empty()) return;
  bool stored = store_.has_value();
  if (stored) {
    static_cast<void>(store_->Begin());
    for (const wire::Result& result : results) {
      if (!Store(result, FinalKey(result.sequence), false)) break;
    }
    const absl::Status written = store_->Commit();
    NoteStore(written);
    stored = written.ok();
    if (!stored) static_cast<void>(store_->NoteUsed(results.back().sequence));
  }
  for (const wire::Result& result : results) {
    SendStored(result, FinalKey(result.sequence), stored);
  }
}

void ResultOutlet::Send(const wire::Result& result, ResultKey key) {
  SendStored(result, key, store_ && Store(result, key, false));
}

void ResultOutlet::SendStored(const wire::Result& result, ResultKey key, bool stored) {
  // With a store the broker's absence is the store's business; without one the session keeps what
  // it can.
  if (stored && !link_up_) return SendLater(key);
  if (store_) (stored ? in_flight_ : unstored_).insert(key);
  batch_.Add(result, {key, stored}, clock_.Now());
}

void ResultOutlet::SendMessage(wire::Message message, std::span<const ResultBatch::Item> items) {
  if (items.size() > 1 && wire::PacketBytes(message) > max_packet_bytes_) {
    return SendHalves(message, items);
  }
  const DeliveryTag tag = store_ ? DeliveryTag{TagKind::kResult, items.front().key}
                                 : DeliveryTag{TagKind::kLostResults, items.size()};
  message.tag = ToTag(tag);
  const absl::Status taken = publish_(std::move(message));
  if (!taken.ok()) return NoteRefused(items, taken);
  if (!store_ || items.size() == 1) return;
  std::vector<ResultKey>& keys = companions_[tag.value];
  for (const ResultBatch::Item& item : items) keys.push_back(item.key);
}

void ResultOutlet::SendHalves(const wire::Message& message,
                              std::span<const ResultBatch::Item> items) {
  const std::size_t half = items.size() / 2;
  auto [first, second] = SplitLines(message, half);
  SendMessage(std::move(first), items.first(half));
  SendMessage(std::move(second), items.subspan(half));
}

void ResultOutlet::OnTooLarge(wire::Message message) {
  companions_.erase(FromTag(message.tag).value);
  const auto results = wire::DecodeResults(message.payload, message.content_type);
  if (!results.ok()) return;  // they are ours
  std::vector<ResultBatch::Item> items;
  for (const wire::Result& result : *results) {
    const bool is_final = result.stage == wire::Stage::kFinal;
    const ResultKey key = is_final ? FinalKey(result.sequence) : ProvisionalKey(result.sequence);
    items.push_back({key, in_flight_.contains(key)});
  }
  SendMessage(std::move(message), items);
}

// All that were in one message, which the session did not take.
void ResultOutlet::NoteRefused(std::span<const ResultBatch::Item> items, const absl::Status& why) {
  for (const ResultBatch::Item& item : items) {
    if (item.stored) {
      in_flight_.erase(item.key);
      SendLater(item.key);
      continue;
    }
    unstored_.erase(item.key);
    ++unsent_;
    // Said now and then only: when the queue is full, this happens with every reading.
    if (counters_["results_refused"]++ % kLogEvery != 0) continue;
    spdlog::error("{}: the result of reading {} is lost to its consumers: {}", options_.device,
                  SequenceOf(item.key), Text(why));
  }
}

bool ResultOutlet::Store(const wire::Result& result, ResultKey key, bool open) {
  const absl::Status status = store_->Put(key, open, Encode(result, wire::ResultFormat::kProtobuf));
  CountDropped();
  NoteStore(status);
  // A full store may still have room for a number, if not for a result.
  if (!status.ok()) static_cast<void>(store_->NoteUsed(result.sequence));
  return status.ok();
}

// The broker may have lost what it had acknowledged: a consumer drops what it has twice.
void ResultOutlet::OnLink(bool up, std::size_t max_packet_bytes) {
  if (up) max_packet_bytes_ = max_packet_bytes;
  SendNow();
  link_up_ = up;
  if (!up) return;
  batch_.SetMaxPacketBytes(max_packet_bytes);
  for (const ResultKey key : done_.TakeDelivered()) SendLater(key);
  resend_from_ = clock_.Now();
  refused_pause_ = kRefusedPause;
}

void ResultOutlet::OnDelivered(DeliveryTag tag, wire::Delivery delivery) {
  if (tag.kind == TagKind::kLostResults) {
    if (delivery == wire::Delivery::kRefused) NoteLost(tag.value);
    return;
  }
  const auto message = companions_.extract(tag.value);
  if (message.empty()) return OnResultDelivered(tag.value, delivery);
  for (const ResultKey key : message.mapped()) OnResultDelivered(key, delivery);
}

// The broker refused them, and nobody has them any more.
void ResultOutlet::NoteLost(std::uint64_t results) {
  counters_["results_refused"] += results;
  lost_ += results;
  if (!refusal_said_.MaySay(clock_.Now())) return;
  spdlog::error(
      "{}: the broker refuses results: {} are lost to their consumers so far; let the "
      "device publish to {}",
      options_.device, lost_, options_.topic);
}

void ResultOutlet::OnResultDelivered(ResultKey key, wire::Delivery delivery) {
  if (unstored_.erase(key) > 0) return OnUnstoredDelivered(key, delivery);
  if (in_flight_.erase(key) == 0) return;
  if (delivery == wire::Delivery::kTaken) {
    last_sign_of_life_ = clock_.Now();
    // What it refuses it may take now as well.
    refused_pause_ = kRefusedPause;
    resend_from_ = std::min(resend_from_, last_sign_of_life_ + kRefusedPause);
    done_.AddDelivered(key, last_sign_of_life_);
    return;
  }
  OnStoredRefused(key, "let the device publish there");
}

// It waits in the store. Those behind it go first: it may be the only one that the broker does not
// want. A refusal within a pause, of a result that was on its way already, does not lengthen it;
// that those which were refused before were refused once more does (Resend).
void ResultOutlet::OnStoredRefused(ResultKey key, std::string_view mend) {
  ++counters_["results_refused"];
  SendAgainLater(key);
  const SteadyTime now = clock_.Now();
  if (now >= resend_from_) resend_from_ = now + (unsent_from_ ? kRefusedPause : refused_pause_);
  if (!refusal_said_.MaySay(now)) return;
  spdlog::error(
      "{}: the broker refuses results to {}: they wait in the store and are sent again now and "
      "then; {}",
      options_.device, options_.topic, mend);
}

// Until now a row that Pending wrote was all that a killed process would have left of the reading;
// from now on what it says is wrong.
void ResultOutlet::OnUnstoredDelivered(ResultKey key, wire::Delivery delivery) {
  if (delivery == wire::Delivery::kRefused) return NoteLost(1);
  const absl::StatusOr<bool> stored = store_->Contains(key);
  if (stored.ok() && !*stored) return;
  done_.AddObsolete(key);
}

void ResultOutlet::SendLater(ResultKey key) {
  unsent_from_ = unsent_from_ ? std::min(*unsent_from_, key) : key;
  RememberProvisional(key);
}

// After all others that wait.
void ResultOutlet::SendAgainLater(ResultKey key) {
  refused_from_ = refused_from_ ? std::min(*refused_from_, key) : key;
  RememberProvisional(key);
}

void ResultOutlet::RememberProvisional(ResultKey key) {
  if (IsFinalKey(key)) return;
  // Those that the store drops stay in here: begun anew now and then.
  if (unsent_provisional_.size() >= kMostRemembered) unsent_provisional_.clear();
  unsent_provisional_.insert(key);
}

// Each change is said once; a disk may stay full for days.
void ResultOutlet::NoteStore(const absl::Status& status) {
  if (!status.ok()) ++counters_["store_failures"];
  if (status.ok() == !store_fails_) return;
  store_fails_ = !status.ok();
  if (store_fails_) {
    spdlog::error("the result store cannot be written: {}; results go to the broker without it",
                  Text(status));
  } else {
    spdlog::info("the result store can be written again");
  }
}

// With every row that is written: the names only when there is something to say.
void ResultOutlet::CountDropped() {
  if (store_->dropped() == counted_dropped_) return;
  counted_dropped_ = store_->dropped();
  counters_["store_dropped_provisional"] = store_->dropped().provisional;
  counters_["store_dropped_final"] = store_->dropped().final;
  counters_["store_dropped_too_old"] = store_->dropped().too_old;
}

}  // namespace biglittle
