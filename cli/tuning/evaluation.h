// A task's figures on labelled readings that chose nothing: what `biglittle evaluate` tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/tuning/calibration.h"
#include "cli/tuning/cascade_counts.h"
#include "cli/tuning/cascade_table.h"
#include "cli/tuning/promise.h"
#include "core/task/task.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {

// One rule looser or stricter than the task's: all thresholds moved alike on the logit scale, those
// of an early exit only towards stricter.
struct CurvePoint {
  double escalation_rate = 0.0;
  double accuracy = 0.0;
  double local_error = 0.0;
};

struct ClassFigures {
  std::string label;
  std::uint64_t readings = 0;
  double recall = 0.0;        // of the cascade
  double big_recall = 0.0;    // of the big net alone
  double local_share = 0.0;   // of its readings, answered by the device
  double false_accept = 0.0;  // of the other classes' readings: answered by the device as this one
};

struct CalibrationFigures {
  double raw = 0.0;         // expected calibration error at temperature 1
  double calibrated = 0.0;  // as shipped
};

// What a reading costs, on average where it depends on the reading. Bytes are those of the MQTT
// payloads, request and reply, of readings sent one by one.
struct Costs {
  std::int64_t little_macs = 0;  // all of the little net
  std::int64_t exit_macs = 0;    // up to the early exit; 0 without one
  std::int64_t big_macs = 0;
  double mean_macs = 0.0;
  double mean_bytes = 0.0;
  double big_only_bytes = 0.0;
};

struct Evaluation {
  CascadeCounts counts;
  double unlike_rate = 0.0;           // escalated or flagged as unlike the training data
  double local_priority_error = 0.0;  // of all readings: wrongly answered as a prioritised class
  std::vector<ClassFigures> classes;  // the prioritised ones
  CalibrationFigures little;
  CalibrationFigures exit;  // zeros without an early exit
  CalibrationFigures big;
  // How well the task's score puts right answers of the little net before wrong ones: the
  // probability that a right one scores higher, 0.5 by chance; 1 where there is nothing to tell
  // apart.
  double auroc = 1.0;
  std::vector<PromiseFinding>
      promise;  // what task.yaml promises, held against these readings; may be empty
  std::vector<ReliabilityBin> reliability_raw;  // of the little net's last head
  std::vector<ReliabilityBin> reliability;
  // From all that has a threshold answered here to everything escalated.
  std::vector<CurvePoint> curve;
  std::vector<std::vector<std::uint64_t>> confusion;  // [true class][final class]
  Costs costs;
};

// The macs of `costs` come from the nets and are given; those of messages too.
Evaluation Evaluate(const Task& task, const CascadeTable& table, const EscalationRule& rule,
                    const Costs& net_costs);

// Payload bytes of one escalated reading, request and reply; `escalated` is what its device sends
// (core/task/escalated_tensor.h).
double MessageBytes(const Task& task, const Tensor& escalated, const Prediction& answer);

}  // namespace biglittle
