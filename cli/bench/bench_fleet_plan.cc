#include "cli/bench/bench_fleet_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/lab/local_fleet.h"
#include "cli/tuning/dataset.h"
#include "cli/yaml_text.h"
#include "core/random.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSimulatedTask = "vibration";
constexpr std::uint64_t kSeed = 1;
// Windows enough that devices differ, of some megabytes at most: each process has them in memory,
// and a fleet in the field has sensors instead.
constexpr std::int64_t kMostWindows = 512;
constexpr std::int64_t kMostBytes = std::int64_t{8} << 20;
// Nobody waits for that many.
constexpr std::uint64_t kEndless = 1'000'000'000;

template <typename Element>
void Append(double value, std::vector<std::byte>& bytes) {
  Element element{};
  if constexpr (std::is_integral_v<Element>) {
    const double least = std::numeric_limits<Element>::min();
    const double most = std::numeric_limits<Element>::max();
    element = static_cast<Element>(std::clamp(std::round(value), least, most));
  } else {
    element = static_cast<Element>(value);
  }
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof(element));
  std::memcpy(bytes.data() + at, &element, sizeof(element));
}

void Append(DType dtype, double value, std::vector<std::byte>& bytes) {
  switch (dtype) {
    case DType::kUint8:
      return Append<std::uint8_t>(value, bytes);
    case DType::kInt16:
      return Append<std::int16_t>(value, bytes);
    case DType::kFloat32:
      return Append<float>(value, bytes);
  }
}

// Each number drawn as the task says that its channel's are distributed.
absl::StatusOr<BenchWindows> WriteSeededWindows(const Task& task,
                                                const std::filesystem::path& file) {
  const std::int64_t elements = ElementCount(task.input_shape).value_or(1);
  const std::int64_t count = std::clamp<std::int64_t>(
      kMostBytes / (elements * static_cast<std::int64_t>(ElementSize(task.input_dtype))), 1,
      kMostWindows);
  const Normalisation& by = task.normalisation;
  const auto channels = static_cast<std::int64_t>(by.mean.size());
  Random random(kSeed);
  std::vector<std::byte> bytes;
  for (std::int64_t window = 0; window < count; ++window) {
    for (std::int64_t i = 0; i < elements; ++i) {
      const auto channel = static_cast<std::size_t>(i * channels / elements);
      Append(task.input_dtype, by.mean[channel] + by.standard_deviation[channel] * random.Normal(),
             bytes);
    }
  }
  Shape shape{count};
  shape.insert(shape.end(), task.input_shape.begin(), task.input_shape.end());
  if (absl::Status written = WriteNpy(file, AsElementType(task.input_dtype), shape, bytes);
      !written.ok()) {
    return written;
  }
  return BenchWindows{fmt::format("{} seeded windows of noise (no --data)", count), file,
                      static_cast<std::uint64_t>(count)};
}

// Evenly spaced, so that all classes and persons are among them.
absl::StatusOr<BenchWindows> WriteSomeWindows(const DataArray& all, const std::string& name,
                                              const std::filesystem::path& file) {
  const auto total = static_cast<std::size_t>(all.shape.front());
  const std::size_t bytes = all.data.size() / total;
  const auto most = std::max<std::size_t>(1, static_cast<std::size_t>(kMostBytes) / bytes);
  const std::size_t count = std::min({total, most, static_cast<std::size_t>(kMostWindows)});
  DataArray some{all.type, all.shape, {}};
  some.shape.front() = static_cast<std::int64_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = all.data.begin() + static_cast<std::ptrdiff_t>(i * total / count * bytes);
    some.data.insert(some.data.end(), at, at + static_cast<std::ptrdiff_t>(bytes));
  }
  if (absl::Status written = WriteNpy(file, some); !written.ok()) return written;
  return BenchWindows{fmt::format("{} of the {} recorded windows of {}", count, total, name), file,
                      count};
}

Json Source(const BenchWindows& windows, std::uint64_t first, std::uint64_t count) {
  if (windows.windows.empty()) return {{"type", "vibration"}, {"seed", first}};
  return {{"type", "replay"}, {"windows", windows.windows.string()}, {"stride", count}};
}

// A template's copies begin one window further each, so there are no more copies than windows.
Json Devices(const BenchFleet& fleet, const std::string& task, const BenchWindows& windows,
             const BenchVariant& variant, const std::string& policy, std::uint64_t first,
             std::uint64_t count) {
  Json devices = {{"id", fleet.prefix + "-{n}"},
                  {"count", count},
                  {"first", first},
                  {"task", task},
                  {"deadline_ms", kBenchDeadline.count()},
                  {"status_interval_ms", kBenchStatusInterval.count()},
                  {"escalation", {{"deadline_margin_ms", kBenchMargin.count()}}}};
  if (!policy.empty()) devices["escalation"]["policy"] = policy;
  if (variant.max_readings) {
    devices["escalation"]["packing"] = {{"max_readings", *variant.max_readings}};
  }
  if (fleet.health_port) {
    devices["health"] = {{"port", *fleet.health_port}};
    devices["drain_timeout_ms"] = 0;
  }
  devices["source"] = Source(windows, first, count);
  devices["source"]["readings"] = kEndless;
  devices["source"]["interval_ms"] = fleet.interval.count();
  return devices;
}

// Of the device that escalates for all.
Milliseconds AskingInterval(const BenchFleet& fleet, double share) {
  const double faster = std::max(1.0, share * static_cast<double>(fleet.devices));
  return std::max(Milliseconds(1),
                  Milliseconds(std::llround(static_cast<double>(fleet.interval.count()) / faster)));
}

}  // namespace

absl::StatusOr<BenchWindows> PrepareWindows(const BenchFleetOptions& options, const Task& task,
                                            const std::filesystem::path& folder) {
  if (options.data.empty()) {
    if (options.task == kSimulatedTask) return BenchWindows{.described = "the simulated sensor"};
    return WriteSeededWindows(task, folder / "windows.npy");
  }
  const auto found = FindDataset(options.task, std::filesystem::absolute(options.data));
  if (!found.ok()) return found.status();
  const auto array = LoadDataFile(found->windows);
  if (!array.ok()) return array.status();
  return WriteSomeWindows(*array, found->windows.string(), folder / "windows.npy");
}

std::string MakeBenchFleet(const BenchFleet& fleet, const std::string& task,
                           const BenchWindows& windows, const std::filesystem::path& models,
                           std::uint16_t broker_port, const BenchVariant& variant) {
  Json devices = Json::array();
  const std::uint64_t most = windows.windows.empty() ? fleet.devices : windows.count;
  const std::uint64_t asked = variant.asked ? 1 : 0;
  for (std::uint64_t made = 0; made < fleet.devices;) {
    const std::uint64_t end = made < asked ? asked : fleet.devices;
    const std::uint64_t count = std::min(most, end - made);
    const std::string policy = !variant.asked ? variant.policy
                               : made < asked ? "big-only"
                                              : "little-only";
    Json group = Devices(fleet, task, windows, variant, policy, made + 1, count);
    if (made < asked) {
      group["source"]["interval_ms"] = AskingInterval(fleet, *variant.asked).count();
    }
    devices.push_back(std::move(group));
    made += count;
  }
  const Json worker = {{"id", kBenchWorker}, {"tasks", {task}}, {"reload_interval_ms", 0}};
  Json broker = {{"host", "127.0.0.1"}, {"port", broker_port}};
  if (variant.tls) broker["tls"] = {{"credentials", kLabCredentialsTemplate}};
  return ToYaml({{"version", 1},
                 {"fleet", "bench"},
                 {"models", models.string()},
                 {"broker", std::move(broker)},
                 {"workers", Json::array({worker})},
                 {"devices", devices}});
}

}  // namespace biglittle
