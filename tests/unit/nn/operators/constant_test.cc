#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Constant, InEveryForm) {
  OnnxBuilder tensor({2});
  onnx::AttributeProto* value = tensor.Node("Constant", {}, "c").proto().add_attribute();
  value->set_name("value");
  value->set_type(onnx::AttributeProto::TENSOR);
  value->mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  value->mutable_t()->add_dims(2);
  value->mutable_t()->add_float_data(1);
  value->mutable_t()->add_float_data(2);
  tensor.Node("Add", {"x", "c"});
  ExpectOutput(tensor, {10, 20}, {2}, {11, 22});

  OnnxBuilder floats({2});
  floats.Node("Constant", {}, "c").FloatList("value_floats", {1, 2});
  floats.Node("Add", {"x", "c"});
  ExpectOutput(floats, {10, 20}, {2}, {11, 22});

  OnnxBuilder scalar({2});
  scalar.Node("Constant", {}, "c").Float("value_float", 3);
  scalar.Node("Mul", {"x", "c"});
  ExpectOutput(scalar, {10, 20}, {2}, {30, 60});

  OnnxBuilder ints({2, 2});
  ints.Node("Constant", {}, "c").IntList("value_ints", {0, -1});
  ints.Node("Reshape", {"x", "c"});
  ExpectOutput(ints, Ramp(8), {4}, Ramp(8));

  OnnxBuilder index({2, 2});
  index.Node("Constant", {}, "i").Int("value_int", 0);
  index.Node("Shape", {"x"}, "s");
  index.Node("Gather", {"s", "i"}, "n");
  index.Node("Unsqueeze", {"n", index.List("axes", {0})}, "first");
  index.Node("Concat", {"first", index.List("rest", {4})}, "target").Int("axis", 0);
  index.Node("Reshape", {"x", "target"});
  ExpectOutput(index, Ramp(8), {4}, Ramp(8));
}

TEST(Constant, Refused) {
  OnnxBuilder nothing({2});
  nothing.Node("Constant", {}, "c");
  nothing.Node("Add", {"x", "c"});
  ExpectRefused(nothing, absl::StatusCode::kInvalidArgument, "it must have one attribute");
  OnnxBuilder text({2});
  text.Node("Constant", {}, "c").Text("value_string", "hello");
  text.Node("Add", {"x", "c"});
  ExpectRefused(text, absl::StatusCode::kUnimplemented, "attribute 'value_string' is not known");
  OnnxBuilder empty({2});
  empty.Node("Constant", {}, "c").FloatList("value_floats", {});
  empty.Node("Add", {"x", "c"});
  ExpectRefused(empty, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
  OnnxBuilder infinite({2});
  infinite.Node("Constant", {}, "c").FloatList("value_floats", {1, __builtin_inff()});
  infinite.Node("Add", {"x", "c"});
  ExpectRefused(infinite, absl::StatusCode::kInvalidArgument, "has a number that is not finite");
}

}  // namespace
}  // namespace biglittle::nn::testing
