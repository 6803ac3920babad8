#include "cli/bench/bench_fleet_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/bench/bench_fleet_summary.h"
#include "cli/bench/fleet_bench.h"
#include "cli/command_end.h"
#include "cli/text_file.h"
#include "core/program/exit_code.h"

namespace biglittle {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr int kStarts = 5;
// Of the phase that only tells what one device takes.
constexpr Seconds kOneDevice{1.0};

absl::StatusOr<FleetSummary> Measure(const BenchFleetOptions& options, FleetBench& bench,
                                     std::ostream& out) {
  const double per_s = static_cast<double>(options.devices) * options.rate;
  FleetSummary summary{.task = options.task, .windows = bench.windows().described};
  fmt::print(out, "readings: {}\nstarting a device {} times without a broker ...\n",
             summary.windows, kStarts);
  out.flush();
  auto first_results = bench.FirstResults(kStarts);
  if (!first_results.ok()) return first_results.status();
  summary.first_result_ms = *std::move(first_results);

  const auto run = [&](const char* prefix, std::uint64_t devices, double rate, Seconds seconds,
                       FleetRun& into) {
    const std::size_t processes = ProcessesFor(options, devices);
    fmt::print(out, "{} devices in {} processes, {:g} readings/s in all, {:g} s ...\n", devices,
               processes, rate, seconds.count());
    out.flush();
    auto ended =
        bench.Run({.prefix = prefix, .devices = devices, .interval = IntervalFor(devices, rate)},
                  processes, seconds);
    if (ended.ok()) into = *std::move(ended);
    return ended.status();
  };
  const Seconds seconds(options.seconds);
  const std::uint64_t few = std::min(kFewDevices, options.devices);
  absl::Status status = run("one", 1, options.rate, std::min(kOneDevice, seconds), summary.one);
  if (status.ok()) status = run("few", few, per_s, seconds, summary.few);
  if (status.ok()) status = run("many", options.devices, per_s, seconds, summary.many);
  if (!status.ok()) return status;
  return summary;
}

}  // namespace

int RunBenchFleet(const BenchFleetOptions& options, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const absl::Status& status) {
    return EndCommand("bench fleet", status, err);
  };
  if (absl::Status checked = CheckOptions(options); !checked.ok()) return fail(checked);
  FleetBench bench(options);
  const auto fail_with_logs = [&](const absl::Status& status) {
    const int exit_code = fail(status);
    if (exit_code == kExitFailed && !bench.interrupted()) {
      fmt::print(err, "the logs are in {}\n", bench.Keep().string());
    }
    return exit_code;
  };
  if (absl::Status started = bench.Start(); !started.ok()) return fail_with_logs(started);
  const absl::StatusOr<FleetSummary> summary = Measure(options, bench, out);
  if (!summary.ok()) return fail_with_logs(summary.status());
  fmt::print(out, "{}", ToText(*summary));
  out.flush();
  if (!options.json.empty()) {
    if (absl::Status written = WriteTextFile(options.json, ToJson(*summary)); !written.ok()) {
      return fail(written);
    }
  }
  if (Kept(*summary)) return kExitDone;
  fmt::print(out, "the logs are in {}\n", bench.Keep().string());
  return kExitFailed;
}

}  // namespace biglittle
