// Keeps windows in the field: of the readings that were escalated, and of a share of the others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/record_config.h"
#include "core/log_limit.h"
#include "core/random.h"
#include "core/task/task.h"
#include "core/tensor.h"
#include "device_agent/recording/window_ring.h"
#include "wire/messages/result.h"

namespace biglittle {

// A thread of its own writes to the disk: no reading waits for it. What comes faster than it writes
// is left out and counted, as is what the disk does not take. The public functions belong to one
// thread, the device's, and return at once.
class WindowRecorder {
 public:
  // Of windows that wait for the disk.
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{4} << 20U;

  // Into <config.folder>/<device>. Not OK: as WindowRing::Open.
  static absl::StatusOr<std::unique_ptr<WindowRecorder>> Start(const RecordConfig& config,
                                                               const std::string& device,
                                                               const Task& task);
  // Writes what waits, as far as the disk takes it within a moment.
  ~WindowRecorder();
  WindowRecorder(const WindowRecorder&) = delete;
  WindowRecorder& operator=(const WindowRecorder&) = delete;

  // The reading is escalated; OnFinal of the same sequence number follows.
  void OnEscalated(std::uint64_t sequence, const Tensor& window);
  // What became of a reading. Of one that was not escalated nothing is kept.
  void OnFinal(const wire::Result& result);
  // The little net has answered it.
  void OnAnswered(const Tensor& window, const wire::Result& result);

  // "windows_recorded", "windows_not_recorded", "recorded_bytes".
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const;

 private:
  struct Kept {
    std::vector<std::byte> window;
    std::string line;
  };

  WindowRecorder(const RecordConfig& config, std::string device, WindowRing ring);

  void Offer(std::vector<std::byte> window, std::string line);
  void Run();
  absl::Status WriteAll(const std::deque<Kept>& batch);
  void Note(const absl::Status& trouble);

  // Constant after construction.
  const RecordConfig config_;
  const std::string device_;

  // The device's thread's.
  Random random_;
  std::unordered_map<std::uint64_t, std::vector<std::byte>> escalated_;  // by sequence number

  // Its own thread's.
  WindowRing ring_;
  LogLimit said_{std::chrono::minutes(10)};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_.
  std::deque<Kept> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t bytes_ = 0;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace biglittle
