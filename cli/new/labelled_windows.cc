#include "cli/new/labelled_windows.h"

#include <fmt/format.h>

#include <utility>

#include "core/text.h"

namespace biglittle {

LabelledCutter::LabelledCutter(const CutOptions& options, std::vector<std::string> labels)
    : labels_(std::move(labels)), cutter_(options) {
  made_.classes.resize(labels_.size());
}

absl::Status LabelledCutter::Add(const Recording& recording, std::size_t label,
                                 std::size_t session_index, const std::string& place) {
  const auto windows = cutter_.Add(recording);
  if (!windows.ok()) {
    return {windows.status().code(),
            fmt::format("{}: {}", place, std::string(windows.status().message()))};
  }
  ClassTally& tally = made_.classes[label];
  ++tally.recordings;
  tally.windows += *windows;
  made_.refused += recording.refused;
  if (*windows == 0) {
    made_.too_short.push_back(place);
    return absl::OkStatus();
  }
  const auto session = static_cast<std::int32_t>(session_index);
  tally.sessions.insert(session);
  made_.labels.insert(made_.labels.end(), *windows, static_cast<std::int32_t>(label));
  made_.sessions.insert(made_.sessions.end(), *windows, session);
  return absl::OkStatus();
}

absl::StatusOr<LabelledWindows> LabelledCutter::Take() {
  auto array = cutter_.Take();
  if (!array.ok()) return array.status();
  made_.windows = std::move(*array);
  made_.rate_hz = cutter_.rate_hz();
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (made_.classes[i].windows > 0) continue;
    return absl::InvalidArgumentError(fmt::format(
        "no recording of {} is as long as a window of {} samples: pass a smaller one, or remove it",
        Quoted(labels_[i]), made_.windows.shape.back()));
  }
  return std::move(made_);
}

}  // namespace biglittle
