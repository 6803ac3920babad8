#include "device_agent/results/result_outlet.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace biglittle {
namespace {

// Rows that cannot be removed are remembered, up to so many.
constexpr std::size_t kMostDone = 65536;
constexpr Milliseconds kFlushInterval{200};
constexpr Milliseconds kRefusedPause{1000};
constexpr std::chrono::seconds kAgingInterval{60};
// Stored results go out while fewer than this are on their way: new ones do not queue behind them.
constexpr std::size_t kResendWindow = 32;
constexpr Milliseconds kResendBurst{100};
constexpr std::size_t kRowsAtOnce = 32;
constexpr Milliseconds kResendPoll{10};
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
      last_sign_of_life_(clock.Now()),
      next_flush_(clock.Now()),
      next_aging_(clock.Now()) {
  if (store_ && store_->rows() > 0) unsent_from_ = 0;
}

void ResultOutlet::Recover(const std::function<void(wire::Result&)>& restarted) {
  if (!store_) return;
  for (ResultKey from = 0;;) {
    const auto rows = store_->OpenRows(from, kRowsAtOnce);
    if (!rows.ok()) return NoteStore(rows.status());
    if (rows->empty()) return;
    for (const ResultStore::Row& row : *rows) {
      from = row.key + 1;
      auto result = wire::DecodeResult(row.payload, wire::kProtobufContent);
      if (!result.ok()) {
        ++counters_["store_rows_unreadable"];
        NoteStore(store_->Remove(std::span(&row.key, 1)));
        continue;
      }
      restarted(*result);
      result->resent = true;
      Send(*result, row.key);
    }
  }
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
    done_.emplace_front(SteadyTime::min(), provisional);
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
  const absl::Status taken = PublishResult(result, store_ ? key : 0);
  if (taken.ok()) return;
  if (stored) {
    in_flight_.erase(key);
    return SendLater(key);
  }
  unstored_.erase(key);
  // Said now and then only: when the queue is full, this happens with every reading.
  if (counters_["results_refused"]++ % kLogEvery != 0) return;
  spdlog::error("{}: the result of reading {} is lost to its consumers: {}", result.device,
                result.sequence, Text(taken));
}

bool ResultOutlet::Store(const wire::Result& result, ResultKey key, bool open) {
  const absl::Status status =
      store_->Put(key, open, result.capture_time, Encode(result, wire::ResultFormat::kProtobuf));
  CountDropped();
  NoteStore(status);
  // A full store may still have room for a number, if not for a result.
  if (!status.ok()) static_cast<void>(store_->NoteUsed(result.sequence));
  return status.ok();
}

absl::Status ResultOutlet::PublishResult(const wire::Result& result, ResultKey tag) {
  wire::Message message;
  message.topic = options_.topic;
  message.payload = Encode(result);
  message.content_type = wire::kJsonContent;
  message.tag = tag;
  return publish_(std::move(message));
}

// The broker may have lost what it had acknowledged: a consumer drops what it has twice.
void ResultOutlet::OnLink(bool up) {
  link_up_ = up;
  if (!up) return;
  std::erase_if(done_, [this](const auto& done) {
    if (done.first == SteadyTime::min()) return false;
    SendLater(done.second);
    return true;
  });
  resend_from_ = clock_.Now();
}

void ResultOutlet::OnDelivered(std::uint64_t tag, wire::Delivery delivery) {
  if (unstored_.erase(tag) > 0) return OnUnstoredDelivered(tag, delivery);
  if (in_flight_.erase(tag) == 0) return;
  if (delivery == wire::Delivery::kTaken) {
    last_sign_of_life_ = clock_.Now();
    done_.emplace_back(last_sign_of_life_, tag);
    return;
  }
  SendLater(tag);
  resend_from_ = clock_.Now() + kRefusedPause;
}

// Until now a row that Pending wrote was all that a killed process would have left of the reading;
// from now on what it says is wrong.
void ResultOutlet::OnUnstoredDelivered(ResultKey key, wire::Delivery delivery) {
  if (delivery == wire::Delivery::kRefused) {
    ++counters_["results_refused"];
    return;
  }
  const absl::StatusOr<bool> stored = store_->Contains(key);
  if (stored.ok() && !*stored) return;
  done_.emplace_front(SteadyTime::min(), key);
}

// Together: a transaction for each would cost more than the rest.
void ResultOutlet::Forget(SteadyTime delivered_by) {
  if (!store_) return;
  std::vector<ResultKey> keys;
  for (const auto& [delivered, key] : done_) {
    if (delivered > delivered_by) break;
    keys.push_back(key);
  }
  if (keys.empty()) return;
  const absl::Status status = store_->Remove(keys);
  NoteStore(status);
  // Tried again later. Rows that stay are sent again after a restart, which a consumer recognises.
  if (!status.ok() && done_.size() < kMostDone) return;
  done_.erase(done_.begin(), done_.begin() + static_cast<std::ptrdiff_t>(keys.size()));
}

void ResultOutlet::SendLater(ResultKey key) {
  unsent_from_ = unsent_from_ ? std::min(*unsent_from_, key) : key;
  if (IsFinalKey(key)) return;
  // Those that the store drops stay in here: begun anew now and then.
  if (unsent_provisional_.size() >= kMostDone) unsent_provisional_.clear();
  unsent_provisional_.insert(key);
}

void ResultOutlet::OnTime() {
  if (!store_) return;
  const SteadyTime now = clock_.Now();
  if (now >= next_flush_) {
    Forget(last_sign_of_life_ - options_.keep);
    next_flush_ = now + kFlushInterval;
  }
  if (now >= next_aging_) {
    const std::uint64_t before = store_->dropped().too_old;
    NoteStore(store_->RemoveOld(clock_.WallNow()));
    CountDropped();
    const std::uint64_t dropped = store_->dropped().too_old - before;
    if (dropped > 0) {
      spdlog::warn("{} stored results were older than max_age_s and are dropped", dropped);
    }
    next_aging_ = now + kAgingInterval;
  }
  if (link_up_ && unsent_from_ && now >= resend_from_) Resend();
}

void ResultOutlet::Resend() {
  const SteadyTime now = clock_.Now();
  while (in_flight_.size() < kResendWindow && resend_budget_.Has(1, now)) {
    const auto rows = store_->From(*unsent_from_, kRowsAtOnce);
    if (!rows.ok()) return NoteStore(rows.status());
    if (rows->empty()) return unsent_from_.reset();
    for (const ResultStore::Row& row : *rows) {
      if (!in_flight_.contains(row.key) && !IsDone(row.key)) {
        if (in_flight_.size() >= kResendWindow || !resend_budget_.Has(1, now)) return;
        if (!ResendRow(row)) return;
      }
      unsent_from_ = row.key + 1;
    }
  }
}

// Few: what was delivered within the time that it is kept.
bool ResultOutlet::IsDone(ResultKey key) const {
  return std::ranges::find(done_, key, &std::pair<SteadyTime, ResultKey>::second) != done_.end();
}

bool ResultOutlet::ResendRow(const ResultStore::Row& row) {
  auto result = wire::DecodeResult(row.payload, wire::kProtobufContent);
  if (!result.ok()) {
    ++counters_["store_rows_unreadable"];
    done_.emplace_front(SteadyTime::min(), row.key);
    return true;
  }
  result->resent = true;
  const absl::Status taken = PublishResult(*result, row.key);
  if (taken.code() == absl::StatusCode::kInvalidArgument) {
    // Larger than a payload may be by now: it would stand before all others for ever.
    ++counters_["results_refused"];
    spdlog::error("{}: the stored result of reading {} is lost to its consumers: {}",
                  result->device, result->sequence, Text(taken));
    done_.emplace_front(SteadyTime::min(), row.key);
    return true;
  }
  if (!taken.ok()) return false;
  resend_budget_.Take(1);
  in_flight_.insert(row.key);
  unsent_provisional_.erase(row.key);
  ++counters_["results_resent"];
  return true;
}

std::optional<SteadyTime> ResultOutlet::NextWake() const {
  if (!store_) return std::nullopt;
  SteadyTime wake = next_aging_;
  if (!done_.empty() && done_.front().first <= last_sign_of_life_ - options_.keep) {
    wake = std::min(wake, next_flush_);
  }
  if (link_up_ && unsent_from_) {
    wake = std::min(wake, std::max(resend_from_, clock_.Now() + kResendPoll));
  }
  return wake;
}

std::uint64_t ResultOutlet::undelivered() const {
  if (!store_) return 0;
  const std::uint64_t done = store_->open_rows() + done_.size();
  return store_->rows() - std::min(store_->rows(), done);
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
