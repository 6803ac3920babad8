#include "device_agent/sources/replay/replay_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "core/random.h"
#include "core/task/window_layout.h"

namespace biglittle {
namespace {

absl::Status CheckWindows(const ReplaySource& config, const Task& task, const DataArray& windows) {
  const Shape window(windows.shape.begin() + 1, windows.shape.end());
  if (AsDType(windows.type) != task.input_dtype || !SameLayout(window, task.input_shape)) {
    return absl::InvalidArgumentError(
        fmt::format("{}: windows are {} of {}, task {} takes {} of {}{}", config.windows.string(),
                    ToString(window), Name(windows.type), task.name, ToString(task.input_shape),
                    Name(task.input_dtype), LayoutMend(window, task.input_shape, 1)));
  }
  const auto count = static_cast<std::uint64_t>(windows.shape.front());
  if (config.start >= count) {
    return absl::InvalidArgumentError(
        fmt::format("{}: has {} windows, so 'start' (for a template's copy: start plus its number) "
                    "must be at most {}, not {}",
                    config.windows.string(), count, count - 1, config.start));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> LoadLabels(const ReplaySource& config, const Task& task,
                                            std::int64_t count, DataFiles& files) {
  if (!config.labels) return std::vector<int>();
  const auto array = files.Load(*config.labels, DataRole::kLabels);
  if (!array.ok()) return array.status();
  absl::StatusOr<std::vector<int>> labels = AsLabels(**array, count, task.labels.size());
  if (labels.ok()) return labels;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", config.labels->string(), std::string(labels.status().message())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Replay>> Replay::Open(const ReplaySource& config, const Task& task,
                                                     DataFiles& files, bool repeat) {
  auto windows = files.Load(config.windows);
  if (!windows.ok()) return windows.status();
  if (absl::Status status = CheckWindows(config, task, **windows); !status.ok()) return status;
  auto labels = LoadLabels(config, task, (*windows)->shape.front(), files);
  if (!labels.ok()) return labels.status();
  return std::unique_ptr<Replay>(
      new Replay(config, task, *std::move(windows), *std::move(labels), repeat));
}

Replay::Replay(const ReplaySource& config, const Task& task,
               std::shared_ptr<const DataArray> windows, std::vector<int> labels, bool repeat)
    : start_(config.start),
      stride_(config.stride),
      repeat_(repeat),
      dtype_(task.input_dtype),
      window_shape_(task.input_shape),
      windows_(std::move(windows)),
      labels_(std::move(labels)),
      count_(static_cast<std::uint64_t>(windows_->shape.front())),
      order_(config.shuffle_seed ? Permutation(count_, *config.shuffle_seed)
                                 : std::vector<std::uint64_t>()),
      position_(start_) {}

absl::StatusOr<std::optional<Sample>> Replay::Next() {
  if (position_ >= count_) {
    if (!repeat_) return std::nullopt;
    position_ = start_;
  }
  const auto position = static_cast<std::size_t>(position_);
  const auto index = static_cast<std::size_t>(order_.empty() ? position_ : order_[position]);
  // A stride beyond the end must not wrap around 2^64.
  position_ = stride_ < count_ - position_ ? position_ + stride_ : count_;

  const std::size_t bytes = windows_->data.size() / static_cast<std::size_t>(count_);
  const auto begin = windows_->data.begin() + static_cast<std::ptrdiff_t>(index * bytes);
  Sample sample;
  sample.window.dtype = dtype_;
  sample.window.shape = window_shape_;
  sample.window.data.assign(begin, begin + static_cast<std::ptrdiff_t>(bytes));
  if (!labels_.empty()) sample.truth = labels_[index];
  return sample;
}

// Whole passes end where they began.
absl::Status Replay::ResumeAt(std::uint64_t number) {
  const std::uint64_t pass = (count_ - start_ - 1) / stride_ + 1;
  const bool whole_passes = repeat_ && position_ == start_;
  return PolledSource::ResumeAt(whole_passes ? number % pass : std::min(number, pass));
}

}  // namespace biglittle
