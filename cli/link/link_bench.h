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
#include "cli/broker_process.h"
#include "cli/child_process.h"
#include "cli/installation.h"
#include "cli/link/link_device.h"
#include "cli/link/local_cost.h"
#include "cli/result_tally.h"
#include "cli/scratch_folder.h"

#include "core/task.h"

namespace biglittle {

// What one of the two reached in one round, or the medians over the rounds.
struct LinkFigures {
  Percentiles round_trip_us;
  double per_s = 0.0;  // readings or messages
};

struct LinkMeasurement {
  LinkFigures ours;
  std::optional<LinkFigures> floor;  // where it was built
  std::array<Percentiles, kLinkStageNames.size()> stages_us;
  std::size_t request_bytes = 0;
  std::size_t reply_bytes = 0;
  LocalReadingCost local;
};

// Not thread-safe.
class LinkBench {
 public:
  LinkBench() : installation_(Installation::Find()) {}

  bool has_floor() const;

  // Starts broker and worker, which serves readings such as `task` has. Errors as those of the
  // parts; the logs stay where they tell what went wrong.
  absl::Status Start(const Task& task, std::size_t window);
  // `seconds` a figure, `rounds` times, ours and the floor's in turns.
  absl::StatusOr<LinkMeasurement> Measure(int rounds, std::chrono::duration<double> seconds,
                                          std::size_t window);

 private:
  absl::Status StartWorker();
  absl::Status StartFloor();
  absl::StatusOr<LinkFigures> Ours(std::chrono::duration<double> seconds, std::size_t window,
                                   std::array<std::vector<double>, kLinkStageNames.size()>& stages);
  absl::StatusOr<LinkFigures> Floor(std::chrono::duration<double> seconds, std::size_t window);
  absl::StatusOr<LinkFigures> AskFloor(std::chrono::duration<double> seconds, std::size_t window);

  const Installation installation_;
  FleetConfig fleet_;
  std::optional<ScratchFolder> folder_;
  std::optional<BrokerProcess> broker_;
  std::optional<ChildProcess> worker_;
  std::optional<ChildProcess> answerer_;  // the floor's
  std::unique_ptr<LinkDevice> device_;
};

}  // namespace biglittle
