// Recordings of simulated machines that keep their state for a while, as machines do: something to
// look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "absl/status/status.h"

namespace biglittle {

// So many different ones there are.
inline constexpr std::size_t kMachineRecordings = 8;
// Of each: so many windows, which a device that takes five a second goes through in three minutes.
inline constexpr std::uint64_t kRecordedWindows = 900;

// Writes X-<index>.npy and y-<index>.npy to `folder`, which is there. The same `index`, the same
// recording. Unavailable: the disk did not take it.
absl::Status WriteMachineRecording(std::size_t index, const std::filesystem::path& folder);

}  // namespace biglittle
