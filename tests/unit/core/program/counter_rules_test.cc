#include "core/program/counter_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace biglittle {
namespace {

const std::vector<CounterRule> kRules = {
    {"readings", "readings_total", "Readings."},
    {"outcomes", "", ""},
    {"by_little", "outcomes_total", "Outcomes.", {{"kind", "little"}}},
    {"store_bytes", "store_bytes", "Store.", {}, {}, MetricKind::kGauge},
    {"fell_back_*", "outcomes_total", "Outcomes.", {{"kind", "fallback"}}, "reason"},
};

// As Prometheus would print it.
std::map<std::string, double> Values(const VitalSigns& signs) {
  std::map<std::string, double> values;
  for (const Measurement& each : ToMeasurements("p_", kRules, signs)) {
    std::string series = each.name;
    for (const auto& [name, value] : each.labels) series += " " + name + "=" + value;
    EXPECT_TRUE(values.emplace(series, each.value).second) << series;
  }
  return values;
}

using Expected = std::map<std::string, double>;

TEST(CounterRulesTest, WhatHasNotCountedIsToldAsZeroWhereItsNameIsKnown) {
  EXPECT_EQ(
      Values({}),
      (Expected{{"p_readings_total", 0}, {"p_outcomes_total kind=little", 0}, {"p_ready", 0}}));
}

TEST(CounterRulesTest, ARuleNamesLabelsOrLeavesOut) {
  VitalSigns signs;
  signs.ready = true;
  signs.counters = {{"readings", 7}, {"outcomes", 6}, {"by_little", 4}, {"fell_back_deadline", 2}};
  signs.gauges = {{"queue_depth", 2.5}};
  EXPECT_EQ(Values(signs), (Expected{{"p_readings_total", 7},
                                     {"p_outcomes_total kind=little", 4},
                                     {"p_outcomes_total kind=fallback reason=deadline", 2},
                                     {"p_queue_depth", 2.5},
                                     {"p_ready", 1}}));
}

TEST(CounterRulesTest, ACounterThatNobodyKnowsIsToldUnderItsOwnName) {
  VitalSigns signs;
  signs.counters = {{"brand_new", 3}, {"fell_back_", 1}, {"odd-name \n", 9}};
  const auto values = Values(signs);
  EXPECT_EQ(values.at("p_brand_new_total"), 3);
  EXPECT_EQ(values.at("p_fell_back__total"), 1);
  EXPECT_EQ(values.at("p_odd_name___total"), 9);
}

TEST(CounterRulesTest, ALevelAmongTheCountersIsAGaugeWhereItIsKept) {
  VitalSigns signs;
  signs.counters = {{"store_bytes", 9}};
  bool found = false;
  for (const Measurement& each : ToMeasurements("p_", kRules, signs)) {
    if (each.name != "p_store_bytes") continue;
    found = true;
    EXPECT_EQ(each.kind, MetricKind::kGauge);
    EXPECT_EQ(each.value, 9);
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(Values({}).count("p_store_bytes"), 0U);
  signs.gauges = {{"store_bytes", 8}};
  EXPECT_EQ(Values(signs).at("p_store_bytes"), 8);
}

TEST(CounterRulesTest, CountersOfOneSeriesAddUp) {
  const std::vector<CounterRule> rules = {{"a", "x_total", "X."}, {"b", "x_total", "X."}};
  VitalSigns signs;
  signs.counters = {{"a", 1}, {"b", 2}};
  EXPECT_EQ(ToMeasurements("", rules, signs).back().value, 3);
}

}  // namespace
}  // namespace biglittle
