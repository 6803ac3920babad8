#include "cli/simulate/simulate_command.h"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fmt/format.h"

#include "core/program/exit_code.h"
#include "core/tensor.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/polled_source.h"
#include "device_agent/sources/vibration/vibration_simulator.h"
#include "device_agent/sources/vibration/vibration_source.h"

namespace biglittle {
namespace {

absl::Status WriteReadings(const SimulateOptions& options, std::ofstream& windows,
                           std::ofstream& labels) {
  const auto readings = static_cast<std::int64_t>(options.readings);
  windows << NpyFrontText(ElementType::kFloat32, {readings, kVibrationAxes, kVibrationSamples});
  labels << NpyFrontText(ElementType::kUint8, {readings});
  const std::unique_ptr<PolledSource> source = MakeVibrationSource(options.seed);
  for (std::uint64_t i = 0; i < options.readings && windows && labels; ++i) {
    const absl::StatusOr<std::optional<Sample>> sample = source->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) return absl::InternalError("the simulation ended early");
    const Tensor& window = (*sample)->window;
    // A stream of characters is the standard library's only way to write bytes.
    windows.write(reinterpret_cast<const char*>(window.data.data()),
                  static_cast<std::streamsize>(window.data.size()));
    labels.put(static_cast<char>((*sample)->truth.value_or(0)));
  }
  windows.close();
  labels.close();
  if (!windows || !labels) {
    return absl::UnavailableError("writing failed; is there room on the disk?");
  }
  return absl::OkStatus();
}

}  // namespace

int RunSimulate(const SimulateOptions& options, std::ostream& out, std::ostream& err) {
  if (options.task != "vibration") {
    err << fmt::format("simulate: task '{}' has no simulated sensor; the only one is vibration\n",
                       options.task);
    return kExitBadInput;
  }
  if (options.readings < 1 || options.readings > kMaxSimulatedReadings) {
    err << fmt::format("simulate: --readings {} is out of range; give 1 to {}\n", options.readings,
                       kMaxSimulatedReadings);
    return kExitBadInput;
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  errno = 0;
  std::ofstream windows(options.out / "X.npy", std::ios::binary | std::ios::trunc);
  std::ofstream labels(options.out / "y.npy", std::ios::binary | std::ios::trunc);
  if (!windows || !labels) {
    const bool is_full = errno == ENOSPC;
    err << fmt::format("simulate: cannot write to folder '{}'{}{}; choose another --out\n",
                       options.out.string(), error ? ": " : "", error ? error.message() : "");
    return is_full ? kExitFailed : kExitBadInput;
  }
  const absl::Status written = WriteReadings(options, windows, labels);
  if (!written.ok()) {
    err << fmt::format("simulate: {}: {}\n", options.out.string(), std::string(written.message()));
    return kExitFailed;
  }
  out << fmt::format("{} readings in {} and {}\n", options.readings,
                     (options.out / "X.npy").string(), (options.out / "y.npy").string());
  return kExitDone;
}

}  // namespace biglittle
