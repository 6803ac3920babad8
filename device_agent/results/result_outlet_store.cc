// What the outlet does with rows that are in its store already: sends them again, and removes them
// when they have done their duty.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "device_agent/results/result_outlet.h"

namespace biglittle {
namespace {

// Rows that cannot be removed are remembered, up to so many.
constexpr std::size_t kMostDone = 65536;
constexpr Milliseconds kFlushInterval{200};
constexpr std::chrono::seconds kAgingInterval{60};
// Stored results go out while fewer than this are on their way: new ones do not queue behind them.
constexpr std::size_t kResendWindow = 32;
constexpr std::size_t kRowsAtOnce = 32;
constexpr Milliseconds kResendPoll{10};
constexpr Milliseconds kLongestRefusedPause{60'000};

}  // namespace

void ResultOutlet::Recover(const Restarted& restarted) {
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
      restarted(*result, store_->Age(row));
      result->resent = true;
      Send(*result, row.key);
    }
  }
}

// Together: a transaction for each would cost more than the rest.
void ResultOutlet::Forget(SteadyTime delivered_by) {
  if (!store_) return;
  const std::vector<ResultKey> keys = done_.Until(delivered_by);
  if (keys.empty()) return;
  const absl::Status status = store_->Remove(keys);
  NoteStore(status);
  // Tried again later. Rows that stay are sent again after a restart, which a consumer recognises.
  if (!status.ok() && done_.size() < kMostDone) return;
  done_.DropFirst(keys.size());
}

void ResultOutlet::OnTime() {
  const SteadyTime now = clock_.Now();
  batch_.OnTime(now);
  if (!store_) return;
  if (now >= next_flush_) {
    Forget(last_sign_of_life_ - options_.keep);
    next_flush_ = now + kFlushInterval;
  }
  if (now >= next_aging_) {
    const std::uint64_t before = store_->dropped().too_old;
    NoteStore(store_->RemoveOld());
    CountDropped();
    const std::uint64_t dropped = store_->dropped().too_old - before;
    if (dropped > 0) {
      spdlog::warn("{} stored results were older than max_age_s and are dropped", dropped);
    }
    next_aging_ = now + kAgingInterval;
  }
  if (link_up_ && waits_to_be_sent() && now >= resend_from_) Resend();
}

void ResultOutlet::Resend() {
  const SteadyTime now = clock_.Now();
  if (!unsent_from_) {
    unsent_from_ = std::exchange(refused_from_, std::nullopt);
    refused_pause_ = std::min(2 * refused_pause_, kLongestRefusedPause);
  }
  while (on_their_way() < kResendWindow && resend_budget_.Has(1, now)) {
    const auto rows = store_->From(*unsent_from_, kRowsAtOnce);
    if (!rows.ok()) return NoteStore(rows.status());
    if (rows->empty()) return unsent_from_.reset();
    for (const ResultStore::Row& row : *rows) {
      if (!in_flight_.contains(row.key) && !done_.Contains(row.key)) {
        if (on_their_way() >= kResendWindow || !resend_budget_.Has(1, now)) return;
        if (!ResendRow(row)) return;
      }
      unsent_from_ = row.key + 1;
    }
  }
}

bool ResultOutlet::ResendRow(const ResultStore::Row& row) {
  auto result = wire::DecodeResult(row.payload, wire::kProtobufContent);
  if (!result.ok()) {
    ++counters_["store_rows_unreadable"];
    done_.AddObsolete(row.key);
    return true;
  }
  result->resent = true;
  wire::Message message;
  message.topic = options_.topic;
  message.payload = Encode(*result);
  message.content_type = wire::kJsonContent;
  message.tag = ToTag({TagKind::kResult, row.key});
  if (wire::PacketBytes(message) > max_packet_bytes_) {
    // For this broker, now: it may be mended.
    resend_budget_.Take(1);
    OnStoredRefused(row.key, "a result is larger than it takes; raise its max_packet_size");
    return true;
  }
  const absl::Status taken = publish_(std::move(message));
  if (taken.code() == absl::StatusCode::kInvalidArgument) {
    // Larger than a payload may be by now: it would stand before all others for ever.
    ++counters_["results_refused"];
    spdlog::error("{}: the stored result of reading {} is lost to its consumers: {}",
                  result->device, result->sequence, std::string(taken.message()));
    done_.AddObsolete(row.key);
    resend_budget_.Take(1);
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
  if (!store_) return batch_.due();
  SteadyTime wake = std::min(next_aging_, batch_.due().value_or(SteadyTime::max()));
  if (done_.HasUntil(last_sign_of_life_ - options_.keep)) {
    wake = std::min(wake, next_flush_);
  }
  if (link_up_ && waits_to_be_sent()) {
    wake = std::min(wake, std::max(resend_from_, clock_.Now() + kResendPoll));
  }
  return wake;
}

std::uint64_t ResultOutlet::undelivered() const {
  if (!store_) return 0;
  const std::uint64_t done = store_->open_rows() + done_.size();
  return store_->rows() - std::min(store_->rows(), done);
}

}  // namespace biglittle
