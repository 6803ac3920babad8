// A classification task as models/<task>/task.yaml describes it: what the classes are, which of
// them the device answers by itself, how a reading becomes the nets' input, and which two files are
// the nets. Device agent, cloud worker and CLI all read the same file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/diagnostics.h"
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
  // outputs[i] is the class index of the net's output i, or kOtherClass.
  std::vector<int> outputs;
  float temperature = 1.0F;

  bool operator==(const NetDescription&) const = default;
};

// Validated: indices are in range, sizes agree, names are unique. Does not prove that the model
// files exist or fit; VerifyFiles does.
struct Task {
  std::string name;
  std::string description;
  std::vector<std::string> labels;    // at least 2
  std::vector<int> priority_classes;  // at least 1, indices into labels, ascending
  DType input_dtype = DType::kFloat32;
  Shape input_shape;  // one reading, without the batch dimension
  Normalisation normalisation;
  NetDescription little;
  NetDescription big;
  // One threshold for each class of `labels`: the little net's answer counts when its confidence
  // is at least this. Classes that are not prioritised have nullopt: never answered locally.
  std::vector<std::optional<float>> thresholds;

  // labels[class_index], or "other" for kOtherClass.
  std::string_view LabelOf(int class_index) const;
  bool IsPriority(int class_index) const;

  bool operator==(const Task&) const = default;
};

// Reads and validates a task file. All problems that the file has are reported together.
// `path` is the file itself or the folder that holds a task.yaml.
Parsed<Task> LoadTask(const std::filesystem::path& path);

// The same for a text in memory; `file` names it in problems and is what relative paths go by.
Parsed<Task> ParseTask(std::string_view text, const std::filesystem::path& file);

// Checks that both model files exist and have the digests that the task names.
absl::Status VerifyFiles(const Task& task);

}  // namespace biglittle
