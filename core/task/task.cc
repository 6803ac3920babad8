#include "core/task/task.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/date_time.h"

namespace biglittle {
std::string_view Task::LabelOf(int class_index) const {
  if (class_index < 0 || static_cast<std::size_t>(class_index) >= labels.size()) return kOtherName;
  return labels[static_cast<std::size_t>(class_index)];
}

bool Task::IsPriority(int class_index) const {
  return std::binary_search(priority_classes.begin(), priority_classes.end(), class_index);
}

std::string ExpirySentence(const Task& task) {
  return fmt::format(
      "task {} has expired at {} and serves all the same: nobody has brought a newer "
      "release, or somebody keeps it back",
      task.name, task.expires ? ToDateTime(*task.expires) : "");
}

}  // namespace biglittle
