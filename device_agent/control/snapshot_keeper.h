// The window of the last reading, and of the one that somebody waits to see; of a device that
// nobody ever asked about none is kept, for most are.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/tensor.h"
#include "wire/messages/result.h"
#include "wire/messages/snapshot.h"

namespace biglittle {

class SnapshotKeeper {
 public:
  explicit SnapshotKeeper(std::string task) : task_(std::move(task)) {}

  // A reading that a net will see, and later its end.
  void OnWindow(std::uint64_t sequence, const Tensor& window);
  void OnFinal(const wire::Result& result);

  // Asks for the last reading, or for the next one: that too where none is kept, as before the
  // first question. Asked again before it was taken, it is the same.
  void Ask(bool next);
  // None is kept, so that only the next can be shown.
  bool empty() const { return !last_; }
  // What was asked for, once its reading has ended.
  std::optional<wire::Snapshot> Take();
  // Nobody waits any more.
  void Forget();

 private:
  struct Kept {
    wire::Snapshot snapshot;
    bool ended = false;
  };
  static void End(const wire::Result& result, std::optional<Kept>& kept);

  const std::string task_;
  std::optional<Kept> last_;
  std::optional<Kept> wanted_;
  bool wants_next_ = false;
  bool asked_ = false;  // ever
};

}  // namespace biglittle
