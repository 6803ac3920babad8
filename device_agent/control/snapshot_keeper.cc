#include "device_agent/control/snapshot_keeper.h"

namespace biglittle {

void SnapshotKeeper::OnWindow(std::uint64_t sequence, const Tensor& window) {
  if (!asked_) return;
  if (!last_) last_.emplace();
  last_->ended = false;
  last_->snapshot.sequence = sequence;
  last_->snapshot.window = window;  // into the memory of the one before
  if (std::exchange(wants_next_, false)) wanted_ = last_;
}

void SnapshotKeeper::OnFinal(const wire::Result& result) {
  End(result, last_);
  End(result, wanted_);
}

void SnapshotKeeper::End(const wire::Result& result, std::optional<Kept>& kept) {
  if (!kept || kept->ended || kept->snapshot.sequence != result.sequence) return;
  wire::Snapshot& snapshot = kept->snapshot;
  snapshot.class_index = result.class_index;
  snapshot.label = result.label;
  snapshot.confidence = result.confidence;
  snapshot.decided_by = Name(result.decided_by);
  snapshot.captured_at = result.capture_time;
  kept->ended = true;
}

void SnapshotKeeper::Ask(bool next) {
  asked_ = true;
  if (wanted_ || wants_next_) return;
  if (next || !last_) {
    wants_next_ = true;
  } else {
    wanted_ = last_;
  }
}

std::optional<wire::Snapshot> SnapshotKeeper::Take() {
  if (!wanted_ || !wanted_->ended) return std::nullopt;
  std::optional<wire::Snapshot> taken(std::move(wanted_->snapshot));
  taken->task = task_;
  wanted_.reset();
  return taken;
}

void SnapshotKeeper::Forget() {
  wanted_.reset();
  wants_next_ = false;
}

}  // namespace biglittle
