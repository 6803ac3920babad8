#include "cli/bench/bench_capacity_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/bench/bench_fleet_options.h"
#include "cli/bench/bench_fleet_summary.h"
#include "cli/bench/capacity_model.h"
#include "cli/bench/fleet_bench.h"
#include "cli/command_end.h"
#include "cli/text_file.h"
#include "core/program/exit_code.h"

namespace biglittle {
namespace {

constexpr double kBytesOfKilobyte = 1000.0;

BenchFleetOptions FleetOptions(const BenchCapacityOptions& options, const std::string& task) {
  return {.devices = options.devices,
          .rate = options.rate,
          .seconds = options.seconds,
          .task = task,
          .models = options.models};
}

// Few devices that read fast have several readings under way at once.
constexpr std::uint64_t kGathered = 2;
constexpr Milliseconds kGatheredInterval{2};

// As rarely as in a fleet, more or less: what a request costs depends on how long ago the last one
// was.
constexpr double kAsked = 0.25;

// A run of its own broker and worker, so that each begins alike.
absl::StatusOr<CapacityRun> Measure(const BenchCapacityOptions& options, const std::string& task,
                                    const BenchVariant& variant, std::ostream& out) {
  fmt::print(out, "{}: {} ...\n", task, variant.described);
  out.flush();
  const BenchFleetOptions fleet = FleetOptions(options, task);
  FleetBench bench(fleet, variant);
  if (absl::Status started = bench.Start(); !started.ok()) return started;
  const std::uint64_t devices = variant.gathered ? kGathered : options.devices;
  const double per_s = static_cast<double>(options.devices) * options.rate;
  const auto run =
      bench.Run({.prefix = kBenchDevices,
                 .devices = devices,
                 .interval = variant.gathered ? kGatheredInterval : IntervalFor(devices, per_s)},
                ProcessesFor(fleet, devices), std::chrono::duration<double>(options.seconds));
  if (!run.ok()) return run.status();
  if (run->lost() > 0 || run->readings == 0) {
    return absl::UnavailableError(
        fmt::format("{} of {} readings were lost: take a lower --rate", run->lost(), run->taken));
  }
  const double share = static_cast<double>(run->escalated) / static_cast<double>(run->readings);
  return CapacityRun{
      .at = {.share = share,
             .packing = bench.ReadingsARequest(),
             .kilobytes = static_cast<double>(bench.window_bytes()) / kBytesOfKilobyte,
             .tls = variant.tls,
             .per_s = static_cast<double>(run->readings) / run->seconds},
      .broker_us = CpuUs(run->cpu.broker, *run),
      .worker_us = CpuUs(run->cpu.worker, *run)};
}

// What was measured, and a point that the model is not made of.
struct Measured {
  CapacityRuns runs;
  CapacityRun point;
};

absl::Status MeasureRound(const BenchCapacityOptions& options, bool is_first, Measured& measured,
                          std::ostream& out) {
  absl::Status status;
  const auto measure = [&](const std::string& task, const BenchVariant& variant,
                           CapacityRun& into) {
    if (!status.ok()) return;
    const auto run = Measure(options, task, variant, out);
    status = run.status();
    if (run.ok()) into = is_first ? *run : LeastOf(into, *run);
  };
  const BenchVariant single{.described = "a quarter escalated, one a request",
                            .policy = "",
                            .asked = kAsked,
                            .max_readings = 1};
  BenchVariant tls = single;
  tls.described = "the same over TLS";
  tls.tls = true;
  CapacityRuns& runs = measured.runs;
  measure(options.task, {.described = "nothing escalated", .policy = "little-only"}, runs.local);
  measure(options.task, single, runs.single);
  measure(options.task,
          {.described = "all escalated, packed", .policy = "big-only", .gathered = true},
          runs.packed);
  measure(options.other_task, single, runs.other);
  measure(options.task, tls, runs.tls);
  measure(options.task, {.described = "the task's own policy, as bench fleet"}, measured.point);
  return status;
}

void PrintPrediction(const CapacityModel& model, const CapacityRun& run, std::ostream& out) {
  const double broker = BrokerUs(model, run.at);
  const double worker = WorkerUs(model, run.at);
  CapacityPoint at_most = run.at;
  at_most.per_s = 0.0;
  fmt::print(out,
             "a point of bench fleet, {:.1f} % escalated, {:.1f} readings a request, {:.2f} kB:\n"
             "  broker {:.1f} us predicted, {:.1f} measured ({:.0f} %)\n"
             "  worker {:.1f} us predicted, {:.1f} measured ({:.0f} %)\n"
             "  both   {:.1f} us predicted, {:.1f} measured ({:.0f} %)\n"
             "so at 80 % of a core: a broker {:.0f} readings/s, a worker {:.0f}\n",
             run.at.share * 100, run.at.packing, run.at.kilobytes, broker, run.broker_us,
             ErrorOf(broker, run.broker_us) * 100, worker, run.worker_us,
             ErrorOf(worker, run.worker_us) * 100, broker + worker, run.broker_us + run.worker_us,
             ErrorOf(broker + worker, run.broker_us + run.worker_us) * 100, PerSecond(broker),
             PerSecond(WorkerUs(model, at_most)));
}

}  // namespace

int RunBenchCapacity(const BenchCapacityOptions& options, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const absl::Status& status) {
    return EndCommand("bench capacity", status, err);
  };
  for (const std::string& task : {options.task, options.other_task}) {
    if (auto checked = CheckOptions(FleetOptions(options, task)); !checked.ok())
      return fail(checked);
  }
  Measured measured;
  for (int round = 0; round < options.rounds; ++round) {
    if (auto status = MeasureRound(options, round == 0, measured, out); !status.ok()) {
      return fail(status);
    }
  }
  const CapacityModel model = FitCapacity(measured.runs);
  out << ToText(model);
  PrintPrediction(model, measured.point, out);
  if (options.json.empty()) return kExitDone;
  const absl::Status written = WriteTextFile(options.json, ToJson(model, measured.point));
  return written.ok() ? kExitDone : fail(written);
}

}  // namespace biglittle
