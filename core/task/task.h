// A classification task as models/<task>/task.yaml describes it: what the classes are, which of
// them the device answers by itself, how a reading becomes the nets' input, and which two files are
// the nets. Device agent, cloud worker and CLI all read the same file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/prediction.h"
#include "core/task/answer_rule.h"
#include "core/tensor.h"

namespace biglittle {

// (x - mean[c]) / standard_deviation[c], in the raw units of the sensor; c is the index into the
// first dimension of the input shape. Both vectors have one element a channel, or one for all.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> standard_deviation;  // every element > 0

  bool operator==(const Normalisation&) const = default;
};

struct NetDescription {
  std::filesystem::path file;  // absolute, or relative to the working directory
  std::string sha256;          // 64 lower-case hex digits
  // outputs[i] is the class index of the net's output i, or kOtherClass; the same for all heads.
  std::vector<int> outputs;
  Activation activation = Activation::kSoftmax;
  // One for each head, that is, for each output tensor of the file: an early exit comes first.
  std::vector<float> temperatures = {1.0F};
  // So many of the last parts of `file` are the task file's words; the others lead to its folder.
  std::size_t named_parts = 1;
  // Files beside `file` in which the net keeps weights, and their digests.
  std::map<std::string, std::string> weight_files;
  // Whole shapes, with a 1 for the batch, of inputs whose sizes the file leaves open.
  std::map<std::string, Shape> input_shapes;

  std::size_t heads() const { return temperatures.size(); }
  bool operator==(const NetDescription&) const = default;
};

// What a stream of samples goes through before it is cut into windows: a Butterworth filter.
enum class FilterType : std::uint8_t { kLowPass, kHighPass, kBandPass };
struct InputFilter {
  FilterType type = FilterType::kLowPass;
  std::size_t order = 2;
  std::optional<float> hz;      // cut-off of a low or high pass
  std::optional<float> low_hz;  // of a band pass
  std::optional<float> high_hz;

  bool operator==(const InputFilter&) const = default;
};

// Which readings choose thresholds and temperatures: never trained on, and not the test part.
struct EveryNthRow {  // of the training data: rows n-1, 2n-1, ...
  std::uint64_t n = 2;

  bool operator==(const EveryNthRow&) const = default;
};
struct HeldGroups {    // of the training data: the rows of some persons, machines, days
  std::string groups;  // name of the array beside the windows, one integer a row: subject_train
  std::vector<std::int64_t> held;

  bool operator==(const HeldGroups&) const = default;
};
struct SimulatedReadings {  // a run of the simulator of its own
  std::uint64_t seed = 0;
  std::uint64_t readings = 1;

  bool operator==(const SimulatedReadings&) const = default;
};
using ValidationPart = std::variant<EveryNthRow, HeldGroups, SimulatedReadings>;

// What a device sends of a reading that it escalates, and the big net takes.
enum class EscalatedInput : std::uint8_t {
  kWindow,    // the window, as the sensor gave it
  kFeatures,  // what the little net's output `features` says of it, as halves
};

// Validated: indices are in range, sizes agree, names are unique. Does not prove that the model
// files exist or fit; VerifyFiles does.
struct Task {
  std::string name;
  std::string description;
  // Of signed tasks: ascending, so that none follows a newer one (core/task/release_memory.h).
  std::optional<std::uint64_t> release;
  // Who signed it will have signed a newer one by then: that it is still this one is said.
  std::optional<WallTime> expires;
  std::vector<std::string> labels;            // at least 2
  std::vector<int> priority_classes;          // at least 1, indices into labels, ascending
  std::map<int, std::string> device_classes;  // of priority classes; of kDeviceClasses
  DType input_dtype = DType::kFloat32;
  Shape input_shape;  // one reading, without the batch dimension
  // Of windows; kFloat16 only with an input_dtype of kFloat32 and where windows are escalated.
  WireDType wire_dtype = WireDType::kAsIs;
  std::optional<float> input_rate_hz;       // of the samples that windows are cut from
  std::optional<InputFilter> input_filter;  // only with an input_rate_hz
  EscalatedInput escalate = EscalatedInput::kWindow;
  Shape features_shape;  // of a reading, only with kFeatures
  Normalisation normalisation;
  NetDescription little;
  NetDescription big;
  LittleDesign design = LittleDesign::kSubset;
  Score score = Score::kConfidence;
  // When each head of the little net may answer; as many as little.heads(). Without thresholds
  // (a task that nobody has tuned yet) everything is escalated.
  std::vector<HeadRule> heads;
  std::optional<ValidationPart> validation;

  // labels[class_index], or "other" for kOtherClass.
  std::string_view LabelOf(int class_index) const;
  bool IsPriority(int class_index) const;
  bool EscalatesFeatures() const { return escalate == EscalatedInput::kFeatures; }
  bool IsExpired(WallTime now) const { return expires && now >= *expires; }

  bool operator==(const Task&) const = default;
};

// What is said of a task that IsExpired; one line.
std::string ExpirySentence(const Task& task);

}  // namespace biglittle
