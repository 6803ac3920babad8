// Versions of the task of tests/data/tiny: nets that all answer the same, in files of other
// digests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "core/digest.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {

inline std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// `text` with the first `from` replaced.
inline std::string With(std::string text, const std::string& from, const std::string& to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  return text.replace(text.find(from), from.size(), to);
}

// The big net as another producer, named `variant`, would have written it: fields of a protobuf may
// come again, and producer_name is ONNX's field 2.
inline std::string TinyNet(const std::string& variant) {
  return ReadWhole(TestDataFolder() / "tiny" / "big.onnx") + '\x12' +
         static_cast<char>(variant.size()) + variant;
}

inline std::string TinyNetDigest(const std::string& variant) {
  const std::string net = TinyNet(variant);
  return Sha256(std::as_bytes(std::span(net)));
}

// Writes the complete task folder <models>/tiny/<version>, or <models>/tiny if `version` is empty;
// its path. The nets come first, so that whoever looks meanwhile sees no version yet.
inline std::filesystem::path WriteTinyVersion(const TemporaryFolder& models,
                                              const std::string& version,
                                              const std::string& variant) {
  const std::filesystem::path folder = std::filesystem::path("tiny") / version;
  models.Write(folder / "little.onnx", ReadWhole(TestDataFolder() / "tiny" / "little.onnx"));
  models.Write(folder / "big.onnx", TinyNet(variant));
  models.Write(folder / "task.yaml", With(ReadWhole(TestDataFolder() / "tiny" / "task.yaml"),
                                          LoadTinyTask().big.sha256, TinyNetDigest(variant)));
  return models.path() / folder;
}

}  // namespace biglittle
