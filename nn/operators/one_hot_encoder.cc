#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
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

// A number for each category: 1 where it is that of the input. One that is unknown has zeros
// everywhere, for a run cannot fail.
absl::StatusOr<Lowered> LowerOneHotEncoder(const NodeView& node) {
  Attributes attributes(node);
  const auto ints = attributes.Ints("cats_int64s");
  const auto texts = attributes.Texts("cats_strings");
  attributes.Ignore("zeros");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  std::vector<float> categories;
  const TensorType& type = node.Type(0);
  if (type.element == ElementType::kText) {
    if (node.Texts(0) == nullptr) return node.Unsupported("its texts are not known");
    for (const std::string& text : texts) {
      const auto place = std::ranges::find(*node.Texts(0), text) - node.Texts(0)->begin();
      categories.push_back(place == std::ssize(*node.Texts(0)) ? -1.0F : static_cast<float>(place));
    }
  } else {
    for (const std::int64_t value : ints) categories.push_back(static_cast<float>(value));
  }
  if (categories.empty()) return node.Invalid("it has no categories for such an input");
  Dims dims = type.dims;
  dims.push_back(std::ssize(categories));
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0}, *std::move(output), {}, "one hot encoder",
                      [=, elements = type.elements()](const Sample& sample) {
                        float* to = sample.output;
                        for (std::int64_t i = 0; i < elements; ++i) {
                          for (const float category : categories) {
                            *to++ = sample.inputs[0][i] == category ? 1.0F : 0.0F;
                          }
                        }
                      });
}

}  // namespace biglittle::nn
