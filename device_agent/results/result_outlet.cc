#include "device_agent/results/result_outlet.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace biglittle {
namespace {

// Provisional results that were not sent are remembered, up to so many.
constexpr std::size_t kMostRemembered = 65536;
constexpr Milliseconds kResendBurst{100};
// Stored results go out while fewer than this are on their way: new ones do not queue behind them.
constexpr std::size_t kResendWindow = 32;
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
      journal_(std::move(store), options_.keep, counters, clock),
      resend_budget_(static_cast<double>(options_.resend_per_s), kResendBurst),
      batch_(options_.batch, options_.topic,
             [this](wire::Message message, std::span<const ResultBatch::Item> items) {
               SendMessage(std::move(message), items);
             }) {
  if (journal_.rows() > 0) order_.Add(0);
}

void ResultOutlet::Recover(const Restarted& restarted) {
  journal_.ForEachOpen([&](wire::Result result, ResultKey key, Milliseconds age) {
    restarted(result, age);
    result.resent = true;
    Send(result, key);
  });
}

void ResultOutlet::Pending(const wire::Result& if_lost) {
  journal_.Write(if_lost, FinalKey(if_lost.sequence), true);
}

void ResultOutlet::Provisional(const wire::Result& result) {
  Send(result, ProvisionalKey(result.sequence));
}

void ResultOutlet::Final(const wire::Result& result) {
  // A provisional one that was never sent says nothing any more.
  const ResultKey provisional = ProvisionalKey(result.sequence);
  if (unsent_provisional_.erase(provisional) > 0) {
    journal_.Discard(provisional);
  }
  Send(result, FinalKey(result.sequence));
}

// Nothing is sent before it is written down.
void ResultOutlet::Finals(std::span<const wire::Result> results) {
  const bool written = journal_.WriteFinals(results);
  for (const wire::Result& result : results) {
    SendWritten(result, FinalKey(result.sequence), written);
  }
}

void ResultOutlet::Send(const wire::Result& result, ResultKey key) {
  SendWritten(result, key, journal_.Write(result, key, false));
}

void ResultOutlet::SendWritten(const wire::Result& result, ResultKey key, bool written) {
  // With a store the broker's absence is the store's business; without one the session keeps what
  // it can.
  if (written && !link_up_) return SendLater(key);
  if (has_store()) (written ? in_flight_ : unstored_).insert(key);
  batch_.Add(result, {key, written}, clock_.Now());
}

void ResultOutlet::SendMessage(wire::Message message, std::span<const ResultBatch::Item> items) {
  if (items.size() > 1 && wire::PacketBytes(message) > max_packet_bytes_) {
    return SendHalves(message, items);
  }
  const DeliveryTag tag = has_store() ? DeliveryTag{TagKind::kResult, items.front().key}
                                      : DeliveryTag{TagKind::kLostResults, items.size()};
  message.tag = ToTag(tag);
  const absl::Status taken = publish_(std::move(message));
  if (!taken.ok()) return NoteRefused(items, taken);
  if (!has_store() || items.size() == 1) return;
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

// The broker may have lost what it had acknowledged: a consumer drops what it has twice.
void ResultOutlet::OnLink(bool up, std::size_t max_packet_bytes) {
  if (up) max_packet_bytes_ = max_packet_bytes;
  SendNow();
  link_up_ = up;
  if (!up) return;
  batch_.SetMaxPacketBytes(max_packet_bytes);
  for (const ResultKey key : journal_.TakeDelivered()) SendLater(key);
  order_.OnConnected(clock_.Now());
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
    order_.OnTaken(clock_.Now());
    return journal_.OnDelivered(key, clock_.Now());
  }
  OnStoredRefused(key, "let the device publish there");
}

// It waits in the store, behind all others.
void ResultOutlet::OnStoredRefused(ResultKey key, std::string_view mend) {
  ++counters_["results_refused"];
  const SteadyTime now = clock_.Now();
  order_.AddRefused(key, now);
  RememberProvisional(key);
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
  journal_.DiscardIfWritten(key);
}

void ResultOutlet::SendLater(ResultKey key) {
  order_.Add(key);
  RememberProvisional(key);
}

void ResultOutlet::RememberProvisional(ResultKey key) {
  if (IsFinalKey(key)) return;
  // Those that the store drops stay in here: begun anew now and then.
  if (unsent_provisional_.size() >= kMostRemembered) unsent_provisional_.clear();
  unsent_provisional_.insert(key);
}

void ResultOutlet::OnTime() {
  const SteadyTime now = clock_.Now();
  batch_.OnTime(now);
  journal_.OnTime(now);
  if (link_up_ && !order_.empty() && now >= order_.not_before()) Resend();
}

void ResultOutlet::Resend() {
  const SteadyTime now = clock_.Now();
  ResultKey from = order_.Next();
  while (on_their_way() < kResendWindow && resend_budget_.Has(1, now)) {
    const std::vector<ResultStore::Row> rows = journal_.From(from);
    if (journal_.last_read_failed()) return;
    if (rows.empty()) return order_.AllPassed();
    for (const ResultStore::Row& row : rows) {
      if (!in_flight_.contains(row.key) && !journal_.IsDone(row.key)) {
        if (on_their_way() >= kResendWindow || !resend_budget_.Has(1, now)) return;
        if (!ResendRow(row)) return;
      }
      order_.Passed(row.key);
      from = row.key + 1;
    }
  }
}

// False: the session has no room.
bool ResultOutlet::ResendRow(const ResultStore::Row& row) {
  std::optional<wire::Result> result = journal_.Read(row);
  if (!result) return true;
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
                  result->device, result->sequence, Text(taken));
    journal_.Discard(row.key);
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
  if (!has_store()) return batch_.due();
  SteadyTime wake = std::min(journal_.NextWake(), batch_.due().value_or(SteadyTime::max()));
  if (link_up_ && !order_.empty()) {
    wake = std::min(wake, std::max(order_.not_before(), clock_.Now() + kResendPoll));
  }
  return wake;
}

}  // namespace biglittle
