#include "cli/bench/bench_link_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <chrono>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/bench/link_bench.h"
#include "cli/command_end.h"
#include "cli/text_file.h"
#include "core/program/stop_signal.h"
#include "core/task/task_file.h"

namespace biglittle {
namespace {

constexpr double kMaxSeconds = 600.0;
constexpr std::size_t kMaxWindow = 1000;
constexpr int kRounds = 5;

// Of the message path: ours to the floor's.
constexpr double kMostP50 = 2.0;
constexpr double kMostP99 = 3.0;
constexpr double kLeastRate = 2.0;
// Over TLS, ours to ours in the clear.
constexpr double kMostTls = 1.5;
// Of a reading answered here, in microseconds.
constexpr double kMostLocal = 15.0;

absl::Status Check(const BenchLinkOptions& options) {
  // Written so that NaN is refused too.
  if (!(options.seconds > 0.0 && options.seconds <= kMaxSeconds)) {
    return absl::InvalidArgumentError(
        fmt::format("--seconds {} is out of range; give more than 0, at most {}", options.seconds,
                    kMaxSeconds));
  }
  if (options.window < 1 || options.window > kMaxWindow) {
    return absl::InvalidArgumentError(
        fmt::format("--window {} is out of range; give 1 to {}", options.window, kMaxWindow));
  }
  return absl::OkStatus();
}

absl::StatusOr<Task> FindTask(const BenchLinkOptions& options) {
  const std::filesystem::path models =
      options.models.empty() ? Installation::Find().home / "models" : options.models;
  Parsed<Task> task = LoadTask(models / options.task);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  return *std::move(task.value);
}

void PrintRow(std::ostream& out, const char* name, double ours, double floor, const char* sign,
              double target) {
  const double ratio = ours / floor;
  const bool met = *sign == '<' ? ratio <= target : ratio >= target;
  fmt::print(out, "{:<26}{:>10.1f}{:>10.1f}{:>8.2f}   {} {:.1f}  {}\n", name, ours, floor, ratio,
             sign, target, met ? "met" : "missed");
}

void PrintTls(const Percentiles& plain, const Percentiles& tls, std::ostream& out) {
  fmt::print(out, "\n{:<26}{:>10}{:>10}{:>8}   target\n", "over TLS", "TLS", "plain", "ratio");
  PrintRow(out, "round trip, p50, us", tls.p50, plain.p50, "<=", kMostTls);
  fmt::print(out, "{:<26}{:>10.1f}{:>10.1f}{:>8.2f}\n", "round trip, p99, us", tls.p99, plain.p99,
             tls.p99 / plain.p99);
}

void PrintLocal(const LocalReadingCost& local, std::ostream& out) {
  fmt::print(out,
             "\nCPU of a reading of {} that the little net answers, us\n"
             "{:<26}{:>10.1f}   <= {:.1f}  {}\n{:<26}{:>10.1f}\n{:<26}{:>10.1f}\n",
             kLocalCostTask, "agent without its net", local.agent_thread_us, kMostLocal,
             local.agent_thread_us <= kMostLocal ? "met" : "missed", "net", local.net_us,
             "process, all of it", local.process_us);
}

void Print(const BenchLinkOptions& options, const LinkMeasurement& measured, std::ostream& out) {
  fmt::print(
      out, "readings of {}: requests of {} bytes, replies of {}; QoS 1, {} rounds of {:.2g} s\n\n",
      options.task, measured.request_bytes, measured.reply_bytes, kRounds,
      options.seconds / kRounds);
  const LinkFigures& ours = measured.ours;
  const std::string rate = fmt::format("a second, {} at once", options.window);
  if (measured.floor) {
    const LinkFigures& floor = *measured.floor;
    fmt::print(out, "{:<26}{:>10}{:>10}{:>8}   target\n", "", "ours", "floor", "ratio");
    PrintRow(out, "round trip, p50, us", ours.round_trip_us.p50, floor.round_trip_us.p50,
             "<=", kMostP50);
    PrintRow(out, "round trip, p99, us", ours.round_trip_us.p99, floor.round_trip_us.p99,
             "<=", kMostP99);
    PrintRow(out, rate.c_str(), ours.per_s, floor.per_s, ">=", kLeastRate);
  } else {
    fmt::print(out, "{:<26}{:>10.1f}\n{:<26}{:>10.1f}\n{:<26}{:>10.1f}\n", "round trip, p50, us",
               ours.round_trip_us.p50, "round trip, p99, us", ours.round_trip_us.p99, rate,
               ours.per_s);
    fmt::print(out,
               "link_floor was not built, so there is nothing to hold it against: install "
               "libmosquitto-dev and configure again\n");
  }
  PrintTls(ours.round_trip_us, measured.tls_round_trip_us, out);
  fmt::print(out, "\n{:<26}{:>10}{:>10}\n", "stage, us", "p50", "p99");
  for (std::size_t stage = 0; stage < kLinkStageNames.size(); ++stage) {
    fmt::print(out, "{:<26}{:>10.1f}{:>10.1f}\n", kLinkStageNames[stage],
               measured.stages_us[stage].p50, measured.stages_us[stage].p99);
  }
  PrintLocal(measured.local, out);
}

nlohmann::json ToJson(const Percentiles& percentiles) {
  return {{"p50", percentiles.p50}, {"p99", percentiles.p99}};
}

std::string ToJson(const BenchLinkOptions& options, const LinkMeasurement& measured) {
  nlohmann::json json = {
      {"task", options.task},
      {"window", options.window},
      {"rounds", kRounds},
      {"request_bytes", measured.request_bytes},
      {"reply_bytes", measured.reply_bytes},
      {"round_trip_us", ToJson(measured.ours.round_trip_us)},
      {"readings_per_s", measured.ours.per_s},
      {"tls_round_trip_us", ToJson(measured.tls_round_trip_us)},
      {"tls_ratio", measured.tls_round_trip_us.p50 / measured.ours.round_trip_us.p50},
      {"floor_us", nullptr},
      {"floor_messages_per_s", nullptr}};
  if (measured.floor) {
    json["floor_us"] = ToJson(measured.floor->round_trip_us);
    json["floor_messages_per_s"] = measured.floor->per_s;
  }
  for (std::size_t stage = 0; stage < kLinkStageNames.size(); ++stage) {
    json["stages"][kLinkStageNames[stage]] = ToJson(measured.stages_us[stage]);
  }
  json["local_reading_us"] = {{"agent_thread", measured.local.agent_thread_us},
                              {"process", measured.local.process_us},
                              {"net", measured.local.net_us}};
  return json.dump() + "\n";
}

absl::Status Run(const BenchLinkOptions& options, std::ostream& out) {
  if (absl::Status status = Check(options); !status.ok()) return status;
  const absl::StatusOr<Task> task = FindTask(options);
  if (!task.ok()) return task.status();
  const StopSignal stop;  // an interrupted bench leaves nothing behind either
  LinkBench bench(stop);
  if (absl::Status status = bench.Start(*task); !status.ok()) return status;
  const absl::StatusOr<LinkMeasurement> measured =
      bench.Measure(kRounds, std::chrono::duration<double>(options.seconds), options.window);
  if (!measured.ok()) return measured.status();
  Print(options, *measured, out);
  if (options.json.empty()) return absl::OkStatus();
  return WriteTextFile(options.json, ToJson(options, *measured));
}

}  // namespace

int RunBenchLink(const BenchLinkOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("bench link", Run(options, out), err);
}

}  // namespace biglittle
