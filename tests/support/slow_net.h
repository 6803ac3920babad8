// A version of the task of tests/data/tiny whose net is sound and small on disk, and takes seconds
// for a batch: twelve convolutions of 128 channels, 29e9 multiply-adds a sample, just within
// nn::LoadLimits.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "tests/support/tiny_versions.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle {

inline std::string SlowNet() {
  nn::testing::OnnxBuilder net({4});
  net.Node("Reshape", {"x", net.List("plane", {-1, 1, 2, 2})}, "plane of x");
  net.Node("Pad", {"plane of x", net.List("pads", {0, 0, 0, 0, 0, 127, 126, 126})}, "0");
  net.Node("ConstantOfShape", {net.List("weights", {128, 128, 3, 3})}, "w");
  constexpr int kConvolutions = 12;
  for (int i = 0; i < kConvolutions; ++i) {
    net.Node("Conv", {std::to_string(i), "w"}, std::to_string(i + 1)).IntList("pads", {1, 1, 1, 1});
  }
  net.Node("GlobalAveragePool", {std::to_string(kConvolutions)}, "means");
  net.Node("Slice", {"means", net.List("from", {0}), net.List("to", {4}), net.List("axis", {1})},
           "four");
  net.Node("Flatten", {"four"});
  return net.Bytes();
}

// As WriteTinyVersion.
inline std::filesystem::path WriteSlowVersion(const TemporaryFolder& models,
                                              const std::string& version) {
  const std::filesystem::path folder = std::filesystem::path("tiny") / version;
  const std::string net = SlowNet();
  models.Write(folder / "little.onnx", ReadWhole(TestDataFolder() / "tiny" / "little.onnx"));
  models.Write(folder / "big.onnx", net);
  models.Write(folder / "task.yaml",
               With(ReadWhole(TestDataFolder() / "tiny" / "task.yaml"), LoadTinyTask().big.sha256,
                    Sha256(std::as_bytes(std::span(net)))));
  return models.path() / folder;
}

}  // namespace biglittle
