// The processes of `biglittle bench link`, and its rounds.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/bench/link_device.h"
#include "cli/bench/link_fleet.h"
#include "cli/bench/local_cost.h"
#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "cli/lab/result_tally.h"
#include "cli/lab/scratch_folder.h"
#include "core/program/stop_signal.h"
#include "core/task/task.h"
#include "core/tensor.h"

namespace biglittle {

// What one of the two reached in one round, or the medians over the rounds.
struct LinkFigures {
  Percentiles round_trip_us;
  double per_s = 0.0;  // readings or messages; 0 where only round trips were taken
};

struct LinkMeasurement {
  LinkFigures ours;
  std::optional<LinkFigures> floor;  // where it was built
  Percentiles tls_round_trip_us;     // ours, over the production configuration
  std::array<Percentiles, kLinkStageNames.size()> stages_us;
  std::size_t request_bytes = 0;
  std::size_t reply_bytes = 0;
  LocalReadingCost local;
};

// Not thread-safe.
class LinkBench {
 public:
  // Whatever takes long is Cancelled soon after `stop` is requested; it must outlive the bench.
  explicit LinkBench(const StopSignal& stop) : installation_(Installation::Find()), stop_(stop) {}

  bool has_floor() const;

  // Starts two brokers, plain and with TLS, and a worker at each, which serves readings such as
  // `task` has. Errors as those of the parts, with the end of the log that tells what went wrong.
  absl::Status Start(const Task& task);
  // `seconds` a figure in `rounds` parts: ours, ours over TLS and the floor's in turns.
  absl::StatusOr<LinkMeasurement> Measure(int rounds, std::chrono::duration<double> seconds,
                                          std::size_t window);

 private:
  using Stages = std::array<std::vector<double>, kLinkStageNames.size()>;

  // A device of `fleet` that is connected and has run a little.
  absl::StatusOr<std::unique_ptr<LinkDevice>> Connect(const LocalFleet& fleet, std::size_t window);
  absl::Status StartFloor();
  absl::StatusOr<LinkFigures> Ours(std::chrono::duration<double> seconds, std::size_t window,
                                   Stages& stages);
  absl::StatusOr<LinkFigures> OverTls(std::chrono::duration<double> seconds);
  absl::StatusOr<LinkFigures> Floor(std::chrono::duration<double> seconds, std::size_t window);
  absl::StatusOr<LinkFigures> AskFloor(std::chrono::duration<double> seconds, std::size_t window);

  const Installation installation_;
  const StopSignal& stop_;
  Tensor reading_;
  std::optional<ScratchFolder> folder_;
  std::unique_ptr<LocalFleet> plain_;
  std::unique_ptr<LocalFleet> tls_;
  std::optional<ChildProcess> answerer_;  // the floor's
  // Payloads of one reading, ours.
  std::size_t request_bytes_ = 0;
  std::size_t reply_bytes_ = 0;
};

}  // namespace biglittle
