// Arithmetic of integers of 8 bits: sums as they are in 32 bits, rounding to the even neighbour.
#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

constexpr auto kUint8 = onnx::TensorProto::UINT8;
constexpr auto kInt8 = onnx::TensorProto::INT8;
constexpr auto kInt32 = onnx::TensorProto::INT32;

// x as uint8.
void Quantise(OnnxBuilder& net, float scale, std::int64_t point) {
  net.Node("QuantizeLinear",
           {"x", net.Weight("xs", {}, {scale}), net.Small("xz", {}, kUint8, {point})}, "q");
}

TEST(QLinearConv, RoundsHalvesToEven) {
  OnnxBuilder net({1, 1, 3});
  Quantise(net, 1, 2);
  // Sums: (q - 2) * 1 with a bias of 1, times 0.5: halves.
  net.Node("QLinearConv",
           {"q", "xs", "xz", net.Small("w", {1, 1, 1, 1}, kInt8, {1}), net.Weight("ws", {}, {1}),
            net.Small("wz", {}, kInt8, {0}), net.Weight("ys", {}, {2}),
            net.Small("yz", {}, kUint8, {0}), net.Small("b", {1}, kInt32, {1})});
  ExpectOutput(net, {0, 2, 4}, {1, 1, 3}, {0, 2, 2});
}

TEST(QLinearConv, PadsWithTheZeroPoint) {
  OnnxBuilder net({1, 1, 2});
  Quantise(net, 1, 100);
  net.Node("QLinearConv", {"q", "xs", "xz", net.Small("w", {2, 1, 1, 3}, kInt8, {1, 1, 1, 1, 2, 3}),
                           net.Weight("ws", {2}, {1, 2}), net.Small("wz", {2}, kInt8, {0, 1}),
                           net.Weight("ys", {}, {1}), net.Small("yz", {}, kInt8, {-10})})
      .IntList("pads", {0, 1, 0, 1});
  // Less its zero point the second filter is 0, 1, 2.
  ExpectOutput(net, {3, 5}, {2, 1, 2}, {8 - 10, 8 - 10, 2 * 13 - 10, 2 * 5 - 10});
}

TEST(ConvInteger, GivesTheSums) {
  OnnxBuilder net({1, 3});
  Quantise(net, 1, 1);
  net.Node("ConvInteger",
           {"q", net.Small("w", {1, 1, 2}, kUint8, {5, 7}), "xz", net.Small("wz", {}, kUint8, {3})},
           "s");
  net.Node("Cast", {"s"}).Int("to", onnx::TensorProto::FLOAT);
  ExpectOutput(net, {1, 2, 3}, {1, 2}, {1 * 2 + 2 * 4, 2 * 2 + 3 * 4});
}

// More than a float counts exactly.
TEST(MatMulInteger, SumsIn32Bits) {
  constexpr std::int64_t kDepth = 4001;
  OnnxBuilder net({kDepth});
  Quantise(net, 1, 0);
  net.Node("MatMulInteger", {"q", net.Small("w", {kDepth, 1}, kUint8, Ints(kDepth, 255))}, "s");
  net.Node("Cast", {"s"}, "f").Int("to", onnx::TensorProto::FLOAT);
  net.Node("Sub", {"f", net.Weight("c", {}, {255.0F * 255.0F * 4000.0F})});
  // 255 * 255 * 4001 = 260,165,025, of which the nearest float32 is 260,165,024.
  ExpectOutput(net, Floats(kDepth, 255), {1}, {260165024.0F - 260100000.0F}, 0.0F);
}

TEST(QLinearMatMul, ScalesEachColumn) {
  OnnxBuilder net({2});
  Quantise(net, 1, 0);
  net.Node("QLinearMatMul", {"q", "xs", "xz", net.Small("w", {2, 2}, kInt8, {1, 2, 3, 4}),
                             net.Weight("ws", {2}, {1, 0.5F}), net.Small("wz", {2}, kInt8, {0, 0}),
                             net.Weight("ys", {}, {1}), net.Small("yz", {}, kInt8, {3})});
  ExpectOutput(net, {10, 20, 100, 100}, {2}, {73, 53, 127, 127});
}

TEST(DynamicQuantizeLinear, IsOfWholeTensors) {
  OnnxBuilder net({4});
  net.Node("DynamicQuantizeLinear", {"x"}).Also("scale").Also("point");
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "it quantizes by the range of all samples of the batch");
  // One by one each sample has a range of its own.
  ExpectOutput(net, {0, 51, 102, 255, -1, 0, 1, 4}, {4}, {0, 51, 102, 255, 0, 51, 102, 255});
}

TEST(QLinearAdd, OfMicrosoft) {
  OnnxBuilder net({2});
  Quantise(net, 0.5F, 0);
  net.Node("QLinearAdd", {"q", "xs", "xz", "q", "xs", "xz", net.Weight("ys", {}, {1}),
                          net.Small("yz", {}, kUint8, {5})})
      .proto()
      .set_domain("com.microsoft");
  ExpectOutput(net, {2, 3}, {2}, {9, 11});
}

TEST(QLinearSoftmax, OfMicrosoft) {
  OnnxBuilder net({2});
  Quantise(net, 1, 0);
  net.Node("QLinearSoftmax", {"q", "xs", "xz", net.Weight("ys", {}, {1.0F / 256.0F}),
                              net.Small("yz", {}, kUint8, {0})})
      .Int("axis", 1)
      .proto()
      .set_domain("com.microsoft");
  ExpectOutput(net, {3, 3, 200, 0}, {2}, {128, 128, 255, 0});
}

TEST(DequantizeLinear, InBlocks) {
  OnnxBuilder net({4}, 21);
  net.Node("DequantizeLinear",
           {net.Small("w", {1, 4}, kInt8, {1, 2, 3, 4}), net.Weight("s", {1, 2}, {1, 10})}, "d")
      .Int("axis", 1)
      .Int("block_size", 2);
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {1, 2, 30, 40});
}

}  // namespace
}  // namespace biglittle::nn::testing
