#include "cli/tuning/calibration.h"

#include <algorithm>
#include <cmath>

namespace biglittle {
namespace {

double LogSumExp(std::span<const float> logits, double temperature) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float z : logits) sum += std::exp((z - largest) / temperature);
  return largest / temperature + std::log(sum);
}

double LogOnePlusExp(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// Of one reading; for sigmoids the sum over the outputs.
double CrossEntropy(std::span<const float> logits, const NetDescription& net, int visible,
                    double temperature) {
  const auto found = std::ranges::find(net.outputs, visible);
  if (net.activation == Activation::kSoftmax) {
    if (found == net.outputs.end()) return 0.0;
    const float chosen = logits[static_cast<std::size_t>(found - net.outputs.begin())];
    return LogSumExp(logits, temperature) - chosen / temperature;
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double z = logits[i] / temperature;
    sum += LogOnePlusExp(net.outputs[i] == visible ? -z : z);
  }
  return sum;
}

}  // namespace

int VisibleClass(const NetDescription& net, int truth) {
  return std::ranges::find(net.outputs, truth) != net.outputs.end() ? truth : kOtherClass;
}

std::vector<ReliabilityBin> Reliability(std::span<const Prediction> predictions,
                                        const std::vector<bool>& right) {
  std::vector<ReliabilityBin> bins(kReliabilityBins);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto at = static_cast<std::size_t>(predictions[i].confidence * kReliabilityBins);
    ReliabilityBin& bin = bins[std::min(at, kReliabilityBins - 1)];
    ++bin.count;
    bin.confidence += predictions[i].confidence;
    bin.accuracy += right[i] ? 1.0 : 0.0;
  }
  for (ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
  return bins;
}

double ExpectedCalibrationError(const std::vector<ReliabilityBin>& bins) {
  double weighted = 0.0;
  double count = 0.0;
  for (const ReliabilityBin& bin : bins) {
    weighted += static_cast<double>(bin.count) * std::abs(bin.confidence - bin.accuracy);
    count += static_cast<double>(bin.count);
  }
  return count > 0.0 ? weighted / count : 0.0;
}

std::vector<ReliabilityBin> Reliability(const NetLogits& logits, const NetDescription& net,
                                        const std::vector<int>& truth, float temperature,
                                        const Rows& rows) {
  std::vector<Prediction> predictions;
  std::vector<bool> right;
  predictions.reserve(rows.size());
  for (const std::size_t row : rows) {
    predictions.push_back(Predict(logits.row(row), net.outputs, temperature, net.activation));
    right.push_back(predictions.back().class_index == VisibleClass(net, truth[row]));
  }
  return Reliability(predictions, right);
}

double CalibrationError(const NetLogits& logits, const NetDescription& net,
                        const std::vector<int>& truth, float temperature, const Rows& rows) {
  return ExpectedCalibrationError(Reliability(logits, net, truth, temperature, rows));
}

float FitTemperature(const NetLogits& logits, const NetDescription& net,
                     const std::vector<int>& truth, const Rows& rows) {
  if (rows.empty()) return 1.0F;
  const auto loss = [&](double log_temperature) {
    double sum = 0.0;
    for (const std::size_t row : rows) {
      sum += CrossEntropy(logits.row(row), net, VisibleClass(net, truth[row]),
                          std::exp(log_temperature));
    }
    return sum;
  };
  // Golden section on the logarithm: the cross-entropy has one minimum there.
  const double ratio = (std::sqrt(5.0) - 1.0) / 2.0;
  double low = std::log(0.1);
  double high = std::log(10.0);
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double left_loss = loss(left);
  double right_loss = loss(right);
  for (int i = 0; i < 30; ++i) {
    if (left_loss < right_loss) {
      high = right;
      right = left;
      right_loss = left_loss;
      left = high - ratio * (high - low);
      left_loss = loss(left);
    } else {
      low = left;
      left = right;
      left_loss = right_loss;
      right = low + ratio * (high - low);
      right_loss = loss(right);
    }
  }
  return static_cast<float>(std::round(std::exp((low + high) / 2.0) * 1e4) / 1e4);
}

float ChooseTemperature(const NetLogits& logits, const NetDescription& net,
                        const std::vector<int>& truth, const Rows& rows) {
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  const Rows halves[2] = {Rows(rows.begin(), middle), Rows(middle, rows.end())};
  for (int fitted = 0; fitted < 2; ++fitted) {
    const Rows& other = halves[1 - fitted];
    const float temperature = FitTemperature(logits, net, truth, halves[fitted]);
    if (CalibrationError(logits, net, truth, temperature, other) >=
        CalibrationError(logits, net, truth, 1.0F, other)) {
      return 1.0F;
    }
  }
  return FitTemperature(logits, net, truth, rows);
}

}  // namespace biglittle
