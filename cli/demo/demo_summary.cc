#include "cli/demo/demo_summary.h"

#include <fmt/format.h>

#include <fstream>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

double Share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double Percent(double share) { return 100.0 * share; }

nlohmann::json ToJson(const Percentiles& percentiles) {
  return {{"p50", percentiles.p50}, {"p99", percentiles.p99}};
}

}  // namespace

DemoSummary Summarise(const std::string& task, std::uint64_t devices, std::uint64_t readings,
                      const ResultTally& tally) {
  DemoSummary summary;
  summary.task = task;
  summary.devices = devices;
  summary.readings = readings;
  summary.results = tally.finals();
  summary.lost = readings > summary.results ? readings - summary.results : 0;
  summary.duplicates = tally.duplicates();
  summary.repeats = tally.repeats();
  summary.little = tally.little();
  summary.big = tally.big();
  summary.fallback = tally.fallback();
  summary.fallback_reasons = tally.fallback_reasons();
  summary.accuracy_overall = tally.accuracy();
  summary.priority_recall = tally.priority_recall();
  summary.escalation_rate = tally.escalation_rate();
  summary.little_ms = tally.little_latency();
  summary.big_ms = tally.big_latency();
  summary.deadline_met = tally.deadline_met();
  return summary;
}

bool Kept(const DemoSummary& summary) { return summary.lost == 0 && summary.duplicates == 0; }

std::string ToText(const DemoSummary& summary) {
  const OfflineCounts& offline = summary.offline;
  std::string reasons;
  for (const auto& [reason, count] : summary.fallback_reasons) {
    reasons += fmt::format("{}{} {}", reasons.empty() ? " (" : ", ", count, reason);
  }
  if (!reasons.empty()) reasons += ")";
  const std::string accidents =
      summary.workers_killed + summary.brokers_killed == 0
          ? ""
          : fmt::format(
                "\n  killed          workers {} times, the broker {} times; {} results came "
                "again and were dropped",
                summary.workers_killed, summary.brokers_killed, summary.repeats);
  return fmt::format(
      "\n"
      "task {}, {} devices\n"
      "  readings        {} taken, {} final results, {} lost, {} duplicates{}\n"
      "  decided by      {} little, {} big, {} fallback{}\n"
      "  escalated       {:.1f} %\n"
      "  accuracy        {:.2f} % (little alone {:.2f} %, big alone {:.2f} %; the same policy "
      "offline {:.2f} %)\n"
      "  priority recall {:.2f} %\n"
      "  latency         little {:.2f} ms p50, {:.2f} ms p99; big {:.2f} ms p50, {:.2f} ms p99\n"
      "  deadline met    {:.2f} %\n",
      summary.task, summary.devices, summary.readings, summary.results, summary.lost,
      summary.duplicates, accidents, summary.little, summary.big, summary.fallback, reasons,
      Percent(summary.escalation_rate), Percent(summary.accuracy_overall),
      Percent(Share(offline.little_correct, offline.readings)),
      Percent(Share(offline.big_correct, offline.readings)),
      Percent(Share(offline.cascade_correct, offline.readings)), Percent(summary.priority_recall),
      summary.little_ms.p50, summary.little_ms.p99, summary.big_ms.p50, summary.big_ms.p99,
      Percent(summary.deadline_met));
}

std::string ToJson(const DemoSummary& summary) {
  const OfflineCounts& offline = summary.offline;
  const nlohmann::json json{
      {"task", summary.task},
      {"devices", summary.devices},
      {"readings", summary.readings},
      {"results", summary.results},
      {"lost", summary.lost},
      {"duplicates", summary.duplicates},
      {"repeats", summary.repeats},
      {"killed", {{"workers", summary.workers_killed}, {"brokers", summary.brokers_killed}}},
      {"decided_by",
       {{"little", summary.little}, {"big", summary.big}, {"fallback", summary.fallback}}},
      {"fallback_reasons", summary.fallback_reasons},
      {"accuracy",
       {{"overall", summary.accuracy_overall},
        {"little_alone", Share(offline.little_correct, offline.readings)},
        {"big_alone", Share(offline.big_correct, offline.readings)},
        {"priority_recall", summary.priority_recall},
        {"offline_cascade", Share(offline.cascade_correct, offline.readings)}}},
      {"escalation_rate", summary.escalation_rate},
      {"offline_escalation_rate", Share(offline.escalated, offline.readings)},
      {"latency_ms", {{"little", ToJson(summary.little_ms)}, {"big", ToJson(summary.big_ms)}}},
      {"deadline_met", summary.deadline_met}};
  return json.dump(2) + "\n";
}

}  // namespace biglittle
