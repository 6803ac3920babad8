#include "device_agent/reading_deadlines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace biglittle {

absl::StatusOr<ReadingDeadlines> ReadingDeadlines::Make(const DeviceConfig& device,
                                                        const Task& task) {
  std::vector<Milliseconds> of_class(task.labels.size(), device.deadline);
  for (const auto& [label, deadline] : device.class_deadlines) {
    const auto at = std::ranges::find(task.labels, label);
    if (at == task.labels.end()) {
      return absl::InvalidArgumentError(fmt::format(
          "class_deadlines_ms names '{}', which is no label of task {}: its labels are {}", label,
          task.name, fmt::join(task.labels, ", ")));
    }
    of_class[static_cast<std::size_t>(at - task.labels.begin())] = deadline;
  }
  return ReadingDeadlines(device.deadline, std::move(of_class));
}

}  // namespace biglittle
