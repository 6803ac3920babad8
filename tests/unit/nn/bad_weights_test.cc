// Weights that are not what the file says: refused at Load.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

using absl::StatusCode;

class BadWeights : public ::testing::Test {
 protected:
  BadWeights() : net_(SoundNet()), weights_(*net_.graph().mutable_initializer(0)) {}
  void ExpectInvalid(const std::string& reason) {
    ExpectRefused(net_, StatusCode::kInvalidArgument, "initializer 'w' " + reason);
  }
  OnnxBuilder net_;
  onnx::TensorProto& weights_;
};

TEST_F(BadWeights, NotFinite) {
  weights_.set_float_data(5, std::numeric_limits<float>::quiet_NaN());
  ExpectInvalid("holds nan at element 5; weights must be numbers");
  weights_.set_float_data(5, -std::numeric_limits<float>::infinity());
  ExpectRefused(net_, StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): input 1 holds -inf at element 5; weights must be finite");
}
TEST_F(BadWeights, FewerThanTheShapeSays) {
  weights_.mutable_float_data()->RemoveLast();
  ExpectInvalid("does not hold the 12 elements that its shape [4, 3] asks for");
}
TEST_F(BadWeights, RawDataOfAnotherSize) {
  weights_.clear_float_data();
  weights_.set_raw_data(std::string(47, '\0'));
  ExpectInvalid("does not hold the 12 elements");
  weights_.set_raw_data(std::string(52, '\0'));
  ExpectInvalid("does not hold the 12 elements");
  weights_.set_raw_data(std::string(48, '\0'));
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadWeights, RawDataAndAList) {
  weights_.set_raw_data(std::string(48, '\0'));
  ExpectInvalid("does not hold the 12 elements");
}
TEST_F(BadWeights, ShapeWithoutData) {
  weights_.set_dims(0, std::int64_t{1} << 20);
  weights_.clear_float_data();
  ExpectInvalid("does not hold the 3145728 elements");
}
TEST_F(BadWeights, ShapeThatOverflows) {
  weights_.set_dims(0, std::int64_t{1} << 62);
  ExpectInvalid("has the impossible shape [4611686018427387904, 3]");
}
TEST_F(BadWeights, ZeroAndNegativeDimensions) {
  for (const std::int64_t extent :
       {std::int64_t{0}, std::int64_t{-4}, std::numeric_limits<std::int64_t>::min()}) {
    weights_.set_dims(0, extent);
    ExpectInvalid("has the impossible shape");
  }
}
TEST_F(BadWeights, TooManyDimensions) {
  for (int i = 0; i < 7; ++i) weights_.add_dims(1);
  ExpectRefused(net_, StatusCode::kUnimplemented, "initializer 'w' has more than 8 dimensions");
}
TEST_F(BadWeights, OtherTypes) {
  weights_.set_data_type(onnx::TensorProto::COMPLEX64);
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "initializer 'w' is complex64; supported are float32, float64, float16, integers");
  weights_.set_data_type(99);
  ExpectRefused(net_, StatusCode::kUnimplemented, "initializer 'w' is of unknown type 99");
}
TEST_F(BadWeights, InAnotherFile) {
  weights_.clear_float_data();
  weights_.set_data_location(onnx::TensorProto::EXTERNAL);
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "initializer 'w' keeps its data in another file, ''; save the model as one file");
}
TEST_F(BadWeights, Sparse) {
  net_.graph().add_sparse_initializer();
  ExpectRefused(net_, StatusCode::kUnimplemented, "it has sparse initializers");
}

}  // namespace
}  // namespace biglittle::nn::testing
