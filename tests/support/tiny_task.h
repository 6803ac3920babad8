// The tasks of tests/data/tiny, tiny-exit and tiny-features, whose answers a test knows by heart.
#pragma once

#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/tensor.h"
#include "device_agent/sources/polled_source.h"

namespace biglittle {

inline std::filesystem::path TestDataFolder() {
  return std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests" / "data";
}

inline Task LoadTinyTask() { return LoadTask(TestDataFolder() / "tiny").value.value(); }

// The same with an early exit, which is sure of the two prioritised classes only.
inline Task LoadTinyExitTask() { return LoadTask(TestDataFolder() / "tiny-exit").value.value(); }

// The same as tiny, but that the devices send six features in place of the window.
inline Task LoadTinyFeaturesTask() {
  return LoadTask(TestDataFolder() / "tiny-features").value.value();
}

inline Tensor TinyWindow(const std::vector<float>& values) {
  Tensor window{DType::kFloat32, {static_cast<std::int64_t>(values.size())}, {}};
  window.data.resize(values.size() * sizeof(float));
  std::memcpy(window.data.data(), values.data(), window.data.size());
  return window;
}

// A window of class `index`. The little net is sure of it (if it is prioritised) or not.
inline Sample TinySample(int index, bool sure) {
  std::vector<float> values(4, 0.0F);
  values[index] = sure ? 1.0F : 0.1F;
  return {TinyWindow(values), index};
}

}  // namespace biglittle
