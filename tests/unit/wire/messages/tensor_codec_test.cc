#include "wire/messages/tensor_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "biglittle/v1/escalation.pb.h"
#include "core/half.h"

namespace biglittle::wire {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

Tensor Window(const std::vector<float>& values) {
  Tensor window{DType::kFloat32, {1, static_cast<std::int64_t>(values.size())}, {}};
  window.data.resize(values.size() * sizeof(float));
  std::memcpy(window.data.data(), values.data(), window.data.size());
  return window;
}

std::vector<float> ValuesOf(const Tensor& window) {
  std::vector<float> values(window.data.size() / sizeof(float));
  std::memcpy(values.data(), window.data.data(), window.data.size());
  return values;
}

v1::Tensor Encoded(const Tensor& tensor, WireDType wire_dtype) {
  v1::Tensor out;
  EncodeTensor(tensor, wire_dtype, out);
  return out;
}

std::string RefusalOf(const v1::Tensor& proto) {
  const auto decoded = DecodeTensor(proto, {});
  EXPECT_FALSE(decoded.ok());
  return std::string(decoded.status().message());
}

TEST(TensorCodecTest, HalvesArriveAsRoundedFloats) {
  const Tensor window = Window({0.1F, -2.5F, 1e-9F, 65504.0F, -0.0F});
  const v1::Tensor proto = Encoded(window, WireDType::kFloat16);
  EXPECT_EQ(proto.dtype(), v1::DTYPE_FLOAT16);
  EXPECT_EQ(proto.data().size(), 10U);
  const auto decoded = DecodeTensor(proto, {});
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->dtype, DType::kFloat32);
  EXPECT_EQ(decoded->shape, window.shape);
  const float tenth = FloatOf(HalfOf(0.1F));
  EXPECT_NE(tenth, 0.1F);
  EXPECT_EQ(ValuesOf(*decoded), (std::vector<float>{tenth, -2.5F, 0.0F, 65504.0F, -0.0F}));
  EXPECT_EQ(AsItArrives(window, WireDType::kFloat16), *decoded);
}

TEST(TensorCodecTest, WhatDoesNotFitIntoHalvesTravelsAsItIs) {
  const Tensor large = Window({1.0F, 65520.0F});
  const Tensor pixels{DType::kUint8, {4}, std::vector<std::byte>(4, std::byte{200})};
  const Tensor counts{DType::kInt16, {2}, std::vector<std::byte>(4, std::byte{0x7c})};
  for (const Tensor& tensor : {large, pixels, counts}) {
    const auto decoded = DecodeTensor(Encoded(tensor, WireDType::kFloat16), {});
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, tensor);
    EXPECT_EQ(AsItArrives(tensor, WireDType::kFloat16), tensor);
  }
}

TEST(TensorCodecTest, NothingIsRoundedUnasked) {
  const Tensor window = Window({0.1F, 1e-30F});
  EXPECT_EQ(*DecodeTensor(Encoded(window, WireDType::kAsIs), {}), window);
  EXPECT_EQ(AsItArrives(window, WireDType::kAsIs), window);
}

// The device refuses such readings before; who sends them nevertheless gets no further.
TEST(TensorCodecTest, NumbersThatAreNotFiniteAreRefusedInEitherType) {
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    EXPECT_THAT(RefusalOf(Encoded(Window({0.0F, bad}), WireDType::kFloat16)),
                HasSubstr("not a finite number"));
  }
  v1::Tensor proto = Encoded(Window({0.0F, 1.0F}), WireDType::kFloat16);
  for (const std::uint16_t bad :
       std::vector<std::uint16_t>{0x7c00, 0xfc00, 0x7c01, 0x7e00, 0xffff}) {
    std::memcpy(proto.mutable_data()->data() + 2, &bad, sizeof(bad));
    EXPECT_THAT(RefusalOf(proto), HasSubstr("not a finite number")) << bad;
  }
}

TEST(TensorCodecTest, HalvesMustFillTheShape) {
  v1::Tensor proto = Encoded(Window({0.0F, 1.0F}), WireDType::kFloat16);
  for (const std::size_t bytes : {0U, 2U, 3U, 5U, 8U}) {
    proto.mutable_data()->resize(bytes);
    EXPECT_THAT(RefusalOf(proto), HasSubstr("bytes do not fill shape 1x2 of float16"));
  }
}

// 2^32 bytes: a size of 32 bits would be 0, which no data fill.
TEST(TensorCodecTest, AShapeThatASizeOf32BitsDoesNotHoldIsRefused) {
  v1::Tensor proto;
  const auto refuse = [&proto](std::uint32_t rows, std::uint32_t columns) {
    proto.clear_shape();
    proto.add_shape(rows);
    proto.add_shape(columns);
    EXPECT_THAT(RefusalOf(proto),
                AnyOf(HasSubstr("0 bytes do not fill shape"), HasSubstr("is empty or too large")));
  };
  proto.set_dtype(v1::DTYPE_UINT8);
  refuse(65'536, 65'536);
  proto.set_dtype(v1::DTYPE_FLOAT16);
  refuse(65'536, 32'768);
  proto.set_dtype(v1::DTYPE_FLOAT32);
  refuse(32'768, 32'768);
}

TEST(TensorCodecTest, ATypeOfLaterIsRefused) {
  v1::Tensor proto = Encoded(Window({0.0F}), WireDType::kFloat16);
  proto.set_dtype(static_cast<v1::DType>(5));
  EXPECT_THAT(RefusalOf(proto), HasSubstr("dtype 5 is unknown"));
}

}  // namespace
}  // namespace biglittle::wire
