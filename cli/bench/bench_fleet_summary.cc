#include "cli/bench/bench_fleet_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

constexpr double kMostBytesPerDevice = 200e3;
constexpr double kMostCostRatio = 1.2;
constexpr double kMostStartMs = 150.0;

double Ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

double PerSecond(std::uint64_t count, const FleetRun& run) {
  return Ratio(static_cast<double>(count), run.seconds);
}

bool KeptBy(const FleetRun& run) { return run.lost() == 0 && run.duplicates == 0; }

nlohmann::json ToJson(const Percentiles& percentiles) {
  return {{"p50", percentiles.p50}, {"p99", percentiles.p99}};
}

nlohmann::json CpuJson(const FleetRun& run) {
  return {{"agent", CpuUs(run.cpu.agent, run)},
          {"broker", CpuUs(run.cpu.broker, run)},
          {"worker", CpuUs(run.cpu.worker, run)}};
}

std::string CpuText(const FleetRun& run) {
  return fmt::format(
      "{:5} devices, {:2} processes: {:7.1f} readings/s; CPU a reading {:.0f} us (agents {:.0f}, "
      "broker {:.0f}, worker {:.0f})\n",
      run.devices, run.processes, PerSecond(run.readings, run), CpuUs(run.cpu.total(), run),
      CpuUs(run.cpu.agent, run), CpuUs(run.cpu.broker, run), CpuUs(run.cpu.worker, run));
}

std::string ReasonsText(const FleetRun& run) {
  std::string reasons;
  for (const auto& [reason, count] : run.fallback_reasons) {
    reasons += fmt::format("{}{} {}", reasons.empty() ? " (" : ", ", count, reason);
  }
  return reasons.empty() ? reasons : reasons + ")";
}

}  // namespace

void AddTally(const ResultTally& tally, FleetRun& run) {
  run.results = tally.finals();
  run.duplicates = tally.duplicates();
  run.repeats = tally.repeats();
  run.deadline_met = tally.deadline_met();
  run.fallback_reasons = tally.fallback_reasons();
  run.little_ms = tally.little_latency();
  run.big_ms = tally.big_latency();
  run.fallback_ms = tally.fallback_latency();
}

double CpuUs(std::chrono::nanoseconds cpu, const FleetRun& run) {
  return Ratio(std::chrono::duration<double, std::micro>(cpu).count(),
               static_cast<double>(run.readings));
}

double BytesPerDevice(const FleetSummary& summary) {
  return Ratio(static_cast<double>(summary.many.bytes) - static_cast<double>(summary.one.bytes),
               static_cast<double>(summary.many.devices) - 1.0);
}

double CostRatio(const FleetSummary& summary) {
  return Ratio(CpuUs(summary.many.cpu.total(), summary.many),
               CpuUs(summary.few.cpu.total(), summary.few));
}

double StartToFirstResultMs(const FleetSummary& summary) {
  return PercentilesOf(summary.first_result_ms).p50;
}

std::vector<FleetTarget> TargetsOf(const FleetSummary& summary) {
  return {{"deadline_met", summary.many.deadline_met, 1.0, true},
          {"bytes_per_device", BytesPerDevice(summary), kMostBytesPerDevice},
          {"cost_ratio", CostRatio(summary), kMostCostRatio},
          {"start_to_first_result_ms", StartToFirstResultMs(summary), kMostStartMs}};
}

bool Kept(const FleetSummary& summary) {
  return KeptBy(summary.one) && KeptBy(summary.few) && KeptBy(summary.many);
}

std::string ToText(const FleetSummary& summary) {
  const FleetRun& many = summary.many;
  std::string text = fmt::format(
      "\ntask {}, {}; deadline {} ms, fallbacks {} ms before it; status messages every {} s\n"
      "  readings   {} taken, {} final results, {} lost, {} duplicates; {:.1f}/s, {:.1f} "
      "escalations/s\n"
      "  latency ms little {:.2f} p50, {:.2f} p99; big {:.2f} p50, {:.2f} p99; fallback {:.2f} "
      "p50, {:.2f} p99{}\n  {}  {}\n",
      summary.task, summary.windows, kBenchDeadline.count(), kBenchMargin.count(),
      kBenchStatusInterval.count() / 1000, many.taken, many.results, many.lost(), many.duplicates,
      PerSecond(many.readings, many), PerSecond(many.escalated, many), many.little_ms.p50,
      many.little_ms.p99, many.big_ms.p50, many.big_ms.p99, many.fallback_ms.p50,
      many.fallback_ms.p99, ReasonsText(many), CpuText(summary.few), CpuText(many));
  text += fmt::format("{:<26}{:>12}    target\n", "", "measured");
  for (const FleetTarget& target : TargetsOf(summary)) {
    text +=
        fmt::format("{:<26}{:>12.6g}    {} {:g}  {}\n", target.name, target.value,
                    target.at_least ? ">=" : "<=", target.limit, target.met() ? "met" : "missed");
  }
  return text;
}

std::string ToJson(const FleetSummary& summary) {
  const FleetRun& many = summary.many;
  nlohmann::json json{
      {"task", summary.task},
      {"windows", summary.windows},
      {"devices", many.devices},
      {"processes", many.processes},
      {"seconds", many.seconds},
      {"readings", many.taken},
      {"results", many.results},
      {"lost", summary.one.lost() + summary.few.lost() + many.lost()},
      {"duplicates", summary.one.duplicates + summary.few.duplicates + many.duplicates},
      {"repeats", many.repeats},
      {"readings_per_s", PerSecond(many.readings, many)},
      {"escalations_per_s", PerSecond(many.escalated, many)},
      {"deadline_ms", kBenchDeadline.count()},
      {"deadline_margin_ms", kBenchMargin.count()},
      {"deadline_met", many.deadline_met},
      {"status_interval_ms", kBenchStatusInterval.count()},
      {"fallback_reasons", many.fallback_reasons},
      {"latency_ms",
       {{"little", ToJson(many.little_ms)},
        {"big", ToJson(many.big_ms)},
        {"fallback", ToJson(many.fallback_ms)}}},
      {"cpu_us_per_reading", CpuJson(many)},
      {"few",
       {{"devices", summary.few.devices},
        {"processes", summary.few.processes},
        {"readings_per_s", PerSecond(summary.few.readings, summary.few)},
        {"deadline_met", summary.few.deadline_met},
        {"cpu_us_per_reading", CpuJson(summary.few)}}},
      {"bytes_of_one", summary.one.bytes},
      {"bytes_of_all", many.bytes},
      {"bytes_per_device", BytesPerDevice(summary)},
      {"cost_ratio", CostRatio(summary)},
      {"start_to_first_result_ms", StartToFirstResultMs(summary)},
      {"first_result_ms", summary.first_result_ms}};
  for (const FleetTarget& target : TargetsOf(summary)) json["met"][target.name] = target.met();
  return json.dump(2) + "\n";
}

}  // namespace biglittle
