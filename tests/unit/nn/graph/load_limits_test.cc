// LoadLimits: what a file may ask for.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

using absl::StatusCode;

TEST(Limits, Nodes) {
  LoadLimits limits;
  limits.max_nodes = 1;
  ExpectRefused(SoundNet().Bytes(), StatusCode::kResourceExhausted, "it has 2 nodes, 1 are allowed",
                limits);
}

TEST(Limits, Tensor) {
  OnnxBuilder net({4});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 0, 1000})}).Named("widen");
  LoadLimits limits;
  limits.max_tensor_bytes = 4000;
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                "node 'widen' (Pad): its output of shape [N, 1004] is beyond the limit of 1000",
                limits);
}

TEST(Limits, Weight) {
  LoadLimits limits;
  limits.max_tensor_bytes = 11 * sizeof(float);
  ExpectRefused(SoundNet().Bytes(), StatusCode::kResourceExhausted,
                "initializer 'w' has the shape [4, 3], beyond the limit of 11 elements", limits);
}

// Ten small constants that grow 256-fold each.
TEST(Limits, WhatIsComputedAtLoad) {
  OnnxBuilder net({1});
  net.Weight("row", {1, 256}, Noise(256));
  net.Weight("column", {256, 1}, Noise(256));
  for (int i = 0; i < 10; ++i) {
    net.Node("Add", {"row", "column"}, "sum" + std::to_string(i)).Named("n" + std::to_string(i));
  }
  net.Node("Concat",
           {"sum0", "sum1", "sum2", "sum3", "sum4", "sum5", "sum6", "sum7", "sum8", "sum9"}, "all")
      .Int("axis", 0);
  net.Node("Add", {"x", "all"});
  LoadLimits limits;
  limits.max_tensor_bytes = std::size_t{256} * 256 * 4 * 3;
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                "node 'n3' (Add): computing it at load takes more than the limit", limits);
}

// Two bytes in the file, a hundred in memory.
TEST(Limits, FieldsThatCostMoreThanTheyWeigh) {
  std::string graph;
  for (int i = 0; i < 100000; ++i) graph += std::string("\x0A\x00", 2);  // an empty node
  std::string bytes = "\x3A";                                            // ModelProto.graph
  std::size_t size = graph.size();
  for (; size >= 128; size >>= 7U) bytes += static_cast<char>(size % 128 + 128);
  bytes += static_cast<char>(size);
  LoadLimits limits;
  limits.max_nodes = 100;
  ExpectRefused(bytes + graph, StatusCode::kResourceExhausted,
                "it has far more parts than a net needs", limits);
}

// Messages inside messages, deeper than any net's.
TEST(Limits, Depth) {
  onnx::ModelProto model;
  onnx::GraphProto* graph = model.mutable_graph();
  for (int i = 0; i < 40; ++i) graph = graph->add_node()->add_attribute()->mutable_g();
  graph->set_name("innermost");
  ExpectRefused(model.SerializeAsString(), StatusCode::kResourceExhausted, "far more parts");
}

// Each node packs the weights for itself: a small file could ask for any amount of memory.
TEST(LoadLimits, WeightsThatManyNodesShare) {
  constexpr std::int64_t kUnits = 128;
  OnnxBuilder net({1, kUnits});
  const std::string input = net.Weight("w", {1, 4 * kUnits, kUnits}, Floats(4 * kUnits * kUnits));
  const std::string recurrent =
      net.Weight("r", {1, 4 * kUnits, kUnits}, Floats(4 * kUnits * kUnits));
  net.Node("Transpose", {"x"}, "0").IntList("perm", {1, 0, 2});
  std::string last = "0";
  for (int i = 1; i <= 300; ++i) {
    const std::string name = std::to_string(i);
    net.Node("LSTM", {last, input, recurrent}, "all" + name).Int("hidden_size", kUnits);
    net.Node("Squeeze", {"all" + name, net.List("axes" + name, {1})}, name);
    last = name;
  }
  net.Node("Transpose", {last}).IntList("perm", {1, 0, 2});
  ExpectRefused(net, absl::StatusCode::kResourceExhausted, "far more memory than the file");
}

constexpr const char* kTooMuchWork = "with it the net takes more than the limit of 34359738368";

// A few hundred bytes that would compute for hours.
TEST(LoadLimits, SixtyWideConvolutions) {
  OnnxBuilder net({1, 4, 4});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 0, 0, 0, 63, 508, 508})}, "0");
  net.Node("ConstantOfShape", {net.List("weights", {64, 64, 3, 3})}, "w");
  for (int i = 1; i <= 60; ++i) {
    net.Node("Conv", {std::to_string(i - 1), "w"}, std::to_string(i))
        .IntList("pads", {1, 1, 1, 1})
        .Named("conv" + std::to_string(i));
  }
  net.Node("Flatten", {"60"});
  // 9.7e9 each.
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                std::string("node 'conv4' (Conv): ") + kTooMuchWork);
}

TEST(LoadLimits, ProductsThatAreComputedAtLoad) {
  OnnxBuilder net({1});
  net.Node("ConstantOfShape", {net.List("shape", {4096, 4096})}, "w");
  net.Node("MatMul", {"w", "w"}, "product").Named("product");
  net.Node("ReduceSum", {"product"}, "sum").Int("keepdims", 0);
  net.Node("Add", {"x", "sum"});
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                std::string("node 'product' (MatMul): ") + kTooMuchWork);
}

TEST(LoadLimits, WindowsThatOverlap) {
  for (const char* op : {"MaxPool", "AveragePool"}) {
    OnnxBuilder net({1, 4, 4});
    net.Node("Pad", {"x", net.List("pads", {0, 0, 0, 0, 0, 0, 508, 508})}, "wide");
    net.Node(op, {"wide"}, "pooled")
        .IntList("kernel_shape", {401, 401})
        .IntList("pads", {200, 200, 200, 200})
        .Named("pool");
    net.Node("Flatten", {"pooled"});
    ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                  std::string("node 'pool' (") + op + "): " + kTooMuchWork);
  }
}

TEST(LoadLimits, NeighboursOfLrn) {
  OnnxBuilder net({1, 4});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 0, 0, 65535, 0})}, "wide");
  net.Node("LRN", {"wide"}, "0").Int("size", 65536).Named("lrn");
  net.Node("Flatten", {"0"});
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                std::string("node 'lrn' (LRN): ") + kTooMuchWork);
}

// Small outputs, one large operand again and again.
TEST(LoadLimits, OneTensorThatManyNodesRead) {
  OnnxBuilder net({4});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 0, (1 << 24) - 4})}, "wide");
  std::vector<std::string> sums;
  for (int i = 0; i < 200; ++i) {
    sums.push_back("sum" + std::to_string(i));
    net.Node("ReduceMean", {"wide"}, sums.back()).IntList("axes", {1}).Named(sums.back());
  }
  net.Node("Sum", sums);
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted, kTooMuchWork);
}

}  // namespace
}  // namespace biglittle::nn::testing
