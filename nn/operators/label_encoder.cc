#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

// One side of the table: numbers, or texts.
struct Side {
  std::vector<float> numbers;
  std::vector<std::string> texts;
  bool of_texts = false;
  bool of_floats = false;

  std::size_t size() const { return of_texts ? texts.size() : numbers.size(); }
};

Side ReadSide(Attributes& attributes, const std::string& name) {
  Side side;
  side.texts = attributes.Texts(name + "_strings");
  side.of_texts = !side.texts.empty();
  const auto ints = attributes.Ints(name + "_int64s");
  const auto floats = attributes.Floats(name + "_floats");
  const ConstantPtr tensor = attributes.Tensor(name + "_tensor");
  side.of_floats = !floats.empty() || (tensor != nullptr && !tensor->floats.empty());
  for (const std::int64_t value : ints) side.numbers.push_back(static_cast<float>(value));
  side.numbers.insert(side.numbers.end(), floats.begin(), floats.end());
  if (tensor == nullptr) return side;
  if (tensor->type.element == ElementType::kText) {
    side.texts = tensor->texts;
    side.of_texts = true;
  }
  side.numbers.insert(side.numbers.end(), tensor->floats.begin(), tensor->floats.end());
  for (const std::int64_t value : tensor->ints) side.numbers.push_back(static_cast<float>(value));
  return side;
}

struct Encoding {
  std::vector<std::pair<float, float>> table;  // sorted by the key; no NaN among the keys
  float fallback = 0.0F;
};

float Encoded(const Encoding& encoding, float x) {
  const auto found = std::ranges::lower_bound(encoding.table, x, {},
                                              [](const auto& entry) { return entry.first; });
  return found != encoding.table.end() && found->first == x ? found->second : encoding.fallback;
}

// What is answered for a key that is not in the table.
float ReadFallback(Attributes& attributes, const Side& values, std::vector<std::string>& texts) {
  const std::string text = attributes.Text("default_string", "_Unused");
  const std::int64_t integer = attributes.Int("default_int64", -1);
  const float number = attributes.Float("default_float", -0.0F);
  const ConstantPtr tensor = attributes.Tensor("default_tensor");
  if (values.of_texts) {
    const bool given = tensor != nullptr && tensor->texts.size() == 1;
    texts.push_back(given ? tensor->texts[0] : text);
    return static_cast<float>(texts.size() - 1);
  }
  if (tensor != nullptr && tensor->floats.size() == 1) return tensor->floats[0];
  if (tensor != nullptr && tensor->ints.size() == 1) return static_cast<float>(tensor->ints[0]);
  return values.of_floats ? number : static_cast<float>(integer);
}

}  // namespace

// A table from keys to values. Before ai.onnx.ml 2 a list of texts, from and to their places.
absl::StatusOr<Lowered> LowerLabelEncoder(const NodeView& node) {
  Attributes attributes(node);
  const TensorType& type = node.Type(0);
  Side keys = ReadSide(attributes, "keys");
  Side values = ReadSide(attributes, "values");
  const auto classes = attributes.Texts("classes_strings");
  if (!classes.empty()) {
    Side& texts = type.element == ElementType::kText ? keys : values;
    Side& places = type.element == ElementType::kText ? values : keys;
    texts = Side{{}, classes, true, false};
    for (std::size_t i = 0; i < classes.size(); ++i) {
      places.numbers.push_back(static_cast<float>(i));
    }
  }
  if (keys.size() != values.size() || keys.size() == 0) {
    return node.Invalid(fmt::format("{} keys for {} values", keys.size(), values.size()));
  }
  std::vector<std::string> texts = values.texts;
  Encoding encoding;
  encoding.fallback = ReadFallback(attributes, values, texts);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const bool from_texts = type.element == ElementType::kText;
  if (from_texts != keys.of_texts || (from_texts && node.Texts(0) == nullptr)) {
    return node.Unsupported(fmt::format("its input is {}", Name(type.element)));
  }
  std::map<float, float> sorted;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    float key = keys.of_texts ? -1.0F : keys.numbers[i];
    if (keys.of_texts) {
      const auto place = std::ranges::find(*node.Texts(0), keys.texts[i]);
      if (place == node.Texts(0)->end()) continue;
      key = static_cast<float>(place - node.Texts(0)->begin());
    }
    sorted.try_emplace(key, values.of_texts ? static_cast<float>(i) : values.numbers[i]);
  }
  encoding.table.assign(sorted.begin(), sorted.end());
  const ElementType element = values.of_texts    ? ElementType::kText
                              : values.of_floats ? ElementType::kFloat32
                                                 : ElementType::kInt64;
  absl::StatusOr<TensorType> output = node.Output(type.dims, element);
  if (!output.ok()) return output.status();
  auto lowered = LowerSamples(node, {0}, *std::move(output), {}, "label encoder",
                              [encoding, elements = type.elements()](const Sample& sample) {
                                for (std::int64_t i = 0; i < elements; ++i) {
                                  sample.output[i] = Encoded(encoding, sample.inputs[0][i]);
                                }
                              });
  if (lowered.ok() && values.of_texts) {
    lowered->texts = std::make_shared<const std::vector<std::string>>(std::move(texts));
  }
  return lowered;
}

}  // namespace biglittle::nn
