// Are a net's probabilities true? Fits the temperature that makes them truer, and measures how far
// off they are. Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cli/tuning/cascade_table.h"
#include "core/prediction.h"
#include "core/task/task.h"

namespace biglittle {

// Rows of a table.
using Rows = std::vector<std::size_t>;

// The class that a net with these outputs can be right with: the truth where one of them names it,
// else kOtherClass.
int VisibleClass(const NetDescription& net, int truth);

// One bin of a reliability diagram: predictions whose confidence lies in [i / bins, (i+1) / bins).
struct ReliabilityBin {
  std::size_t count = 0;
  double confidence = 0.0;  // mean
  double accuracy = 0.0;
};
inline constexpr std::size_t kReliabilityBins = 15;

// right[i] says whether predictions[i] named the right class.
std::vector<ReliabilityBin> Reliability(std::span<const Prediction> predictions,
                                        const std::vector<bool>& right);

// The expected calibration error: the mean distance between confidence and accuracy, weighted by
// the bins' counts; 0 without predictions. Source: Guo et al., "On Calibration of Modern Neural
// Networks", 2017, section 2.
double ExpectedCalibrationError(const std::vector<ReliabilityBin>& bins);

// The same for a net at a temperature on some rows of a table; right is what VisibleClass says.
std::vector<ReliabilityBin> Reliability(const NetLogits& logits, const NetDescription& net,
                                        const std::vector<int>& truth, float temperature,
                                        const Rows& rows);
double CalibrationError(const NetLogits& logits, const NetDescription& net,
                        const std::vector<int>& truth, float temperature, const Rows& rows);

// The temperature of least mean cross-entropy on `rows`, 0.1 to 10, to four digits. 1 without rows.
float FitTemperature(const NetLogits& logits, const NetDescription& net,
                     const std::vector<int>& truth, const Rows& rows);

// Fits on each half of `rows` and looks at the other. Only where the calibration error falls in
// both is a temperature, fitted on all rows, returned; else 1.
float ChooseTemperature(const NetLogits& logits, const NetDescription& net,
                        const std::vector<int>& truth, const Rows& rows);

}  // namespace biglittle
