// `biglittle tune`: chooses temperatures and thresholds from validation data, for a stated
// objective, and writes them into the task's file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace biglittle {

struct TuneCommandOptions {
  std::string task;
  std::filesystem::path data;    // may be empty for a simulated task
  std::filesystem::path models;  // empty: those of the installation
  // The objective: one of these; none: --max-loss 0.002.
  std::optional<double> max_escalation;
  std::optional<double> min_accuracy;
  std::optional<double> max_loss;
  std::optional<double> max_risk;
  std::optional<double> confidence;  // of max_risk; 0.95
  std::optional<double> min_recall;  // beside any of them
  std::string score = "auto";        // or confidence, margin, entropy, logistic
  std::string thresholds = "auto";   // or per-class, one
  double unlike_share = 0.002;
  bool for_these_groups = false;  // promise nothing of new groups
  bool nearest = false;           // where no threshold meets the objective
  bool accept = false;            // although the promise does not hold on the test part
  bool check = false;             // write nothing; fail where the file would change
};

// Prints what was compared, chosen and is to be expected, and, where the data has a test part,
// whether the promise holds there. Returns an exit code: bad input where an option, a file or the
// data is wrong; failed where no threshold meets the objective (with `nearest` the nearest is
// written first), the promise does not hold on the test part (it is written, with both figures),
// unless `accept`, or the check does not hold.
int RunTune(const TuneCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
