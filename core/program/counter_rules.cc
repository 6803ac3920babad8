#include "core/program/counter_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace biglittle {
namespace {

constexpr std::string_view kOthersHelp = "Counted under this name in status messages.";
constexpr std::string_view kGaugesHelp = "As it was when the main loop last turned.";

bool IsOpen(const CounterRule& rule) { return rule.counter.back() == '*'; }

bool Fits(const CounterRule& rule, std::string_view counter) {
  if (!IsOpen(rule)) return counter == rule.counter;
  const std::string_view begin = std::string_view(rule.counter).substr(0, rule.counter.size() - 1);
  return counter.size() > begin.size() && counter.substr(0, begin.size()) == begin;
}

// Of a name that came from code of ours, what Prometheus does not take becomes '_'.
std::string MetricName(std::string_view prefix, std::string_view name, std::string_view end) {
  std::string text = fmt::format("{}{}{}", prefix, name, end);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_');
      },
      '_');
  return text;
}

Measurement ByRule(std::string_view prefix, const CounterRule& rule, std::string_view counter,
                   double value) {
  Measurement measurement{MetricName(prefix, rule.metric, ""), rule.help, rule.kind, rule.labels,
                          value};
  if (IsOpen(rule)) {
    measurement.labels[rule.rest_label] = counter.substr(rule.counter.size() - 1);
  }
  return measurement;
}

}  // namespace

std::vector<Measurement> ToMeasurements(std::string_view prefix,
                                        const std::vector<CounterRule>& rules,
                                        const VitalSigns& signs) {
  std::map<std::string, double, std::less<>> values;
  for (const CounterRule& rule : rules) {
    if (!IsOpen(rule) && rule.kind == MetricKind::kCounter) values.emplace(rule.counter, 0);
  }
  for (const auto& [counter, value] : signs.counters) {
    values[counter] = static_cast<double>(value);
  }

  // Several counters may end in one metric with the same labels: they add up.
  std::map<std::pair<std::string, MetricLabels>, Measurement> sums;
  const auto add = [&](Measurement measurement) {
    auto [at, is_new] = sums.emplace(std::pair(measurement.name, measurement.labels), measurement);
    if (!is_new) at->second.value += measurement.value;
  };
  for (const auto& [name, value] : values) {
    const std::string& counter = name;  // clang 14 lets no lambda see a structured binding
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const CounterRule& each) { return Fits(each, counter); });
    if (rule == rules.end()) {
      add({MetricName(prefix, counter, "_total"),
           std::string(kOthersHelp),
           MetricKind::kCounter,
           {},
           value});
    } else if (!rule->metric.empty()) {
      add(ByRule(prefix, *rule, counter, value));
    }
  }
  add({MetricName(prefix, "ready", ""),
       "1 while /ready is 200.",
       MetricKind::kGauge,
       {},
       signs.ready ? 1.0 : 0.0});
  for (const auto& [name, value] : signs.gauges) {
    Measurement gauge{
        MetricName(prefix, name, ""), std::string(kGaugesHelp), MetricKind::kGauge, {}, value};
    // A level that is among the counters too is the same level, and the later one holds.
    sums.insert_or_assign(std::pair(gauge.name, gauge.labels), gauge);
  }
  std::vector<Measurement> measurements;
  for (auto& [key, measurement] : sums) measurements.push_back(std::move(measurement));
  return measurements;
}

}  // namespace biglittle
