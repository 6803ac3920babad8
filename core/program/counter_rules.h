// From the counters and gauges that a program keeps by name to metrics.
//
// Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/program/metrics.h"
#include "core/program/vitals.h"

namespace biglittle {

struct CounterRule {
  // The name in status messages. With '*' at its end: every name that begins so, and has a rest;
  // the rest becomes the value of `rest_label`.
  std::string counter;
  // After the program's prefix; "" leaves the counter out, where its sum is told otherwise.
  std::string metric;
  std::string help;
  MetricLabels labels = {};
  std::string rest_label = {};
  // A status message has whole numbers only, so levels may be among its counters.
  MetricKind kind = MetricKind::kCounter;
};

// Each counter by the first rule that fits. A counter without a rule is <prefix><name>_total, so
// that nothing which is counted stays unseen; one with a rule of its own name (no '*') is
// told even while it has not counted, for a rate can only be taken of what was there before. Gauges
// are <prefix><name>, and <prefix>ready is 0 or 1.
std::vector<Measurement> ToMeasurements(std::string_view prefix,
                                        const std::vector<CounterRule>& rules,
                                        const VitalSigns& signs);

}  // namespace biglittle
