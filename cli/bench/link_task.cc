#include "cli/bench/link_task.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/text_file.h"
#include "cli/yaml_text.h"
#include "core/digest.h"

namespace biglittle {
namespace {

constexpr std::int64_t kClasses = 2;
constexpr float kWeight = 1e-4F;

// Protobuf's wire format, as much of it as a net takes: ONNX's own library is nn's alone.
class Fields {
 public:
  Fields& Number(std::uint32_t field, std::int64_t value) {
    Varint(std::uint64_t{field} << 3);
    Varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Fields& Bytes(std::uint32_t field, std::string_view value) {
    Varint((std::uint64_t{field} << 3) | 2);
    Varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

// The numbers below are those of onnx.proto's fields.
std::string Node(const char* operation, const std::vector<std::string>& inputs,
                 const std::string& output) {
  Fields node;
  for (const std::string& input : inputs) node.Bytes(1, input);
  return node.Bytes(2, output).Bytes(3, output).Bytes(4, operation).bytes();
}

constexpr std::int64_t kFloat = 1;

std::string Value(const std::string& name, const Shape& shape) {
  Fields dimensions;
  dimensions.Bytes(1, Fields().Bytes(2, "batch").bytes());
  for (const std::int64_t size : shape) dimensions.Bytes(1, Fields().Number(1, size).bytes());
  const Fields tensor = Fields().Number(1, kFloat).Bytes(2, dimensions.bytes());
  return Fields().Bytes(1, name).Bytes(2, Fields().Bytes(1, tensor.bytes()).bytes()).bytes();
}

std::string Weights(const std::string& name, std::int64_t rows) {
  std::vector<float> values(static_cast<std::size_t>(rows * kClasses), kWeight);
  const std::string_view raw(reinterpret_cast<const char*>(values.data()),
                             values.size() * sizeof(float));
  return Fields()
      .Number(1, rows)
      .Number(1, kClasses)
      .Number(2, kFloat)
      .Bytes(8, name)
      .Bytes(9, raw)
      .bytes();
}

std::string Net(const Shape& shape) {
  const std::string graph = Fields()
                                .Bytes(1, Node("Flatten", {"x"}, "flat"))
                                .Bytes(1, Node("Gemm", {"flat", "w"}, "logits"))
                                .Bytes(2, kLinkTask)
                                .Bytes(5, Weights("w", ElementCount(shape).value_or(1)))
                                .Bytes(11, Value("x", shape))
                                .Bytes(12, Value("logits", {kClasses}))
                                .bytes();
  const std::string opset = Fields().Bytes(1, "").Number(2, 13).bytes();
  return Fields().Number(1, 7).Bytes(7, graph).Bytes(8, opset).bytes();
}

}  // namespace

absl::Status WriteLinkTask(const std::filesystem::path& models, DType dtype, const Shape& shape) {
  const std::filesystem::path folder = models / kLinkTask;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string net = Net(shape);
  const std::string digest = Sha256(std::as_bytes(std::span(net)));
  for (const char* file : {"little.onnx", "big.onnx"}) {
    if (absl::Status status = WriteTextFile(folder / file, net); !status.ok()) return status;
  }
  return WriteTextFile(
      folder / "task.yaml",
      ToYaml({{"version", 1},
              {"task", kLinkTask},
              {"description", "Nets that cost nothing"},
              {"labels", {"one", "two"}},
              {"priority_classes", {"one"}},
              {"input", {{"dtype", Name(dtype)}, {"shape", shape}}},
              {"normalisation", {{"mean", {0}}, {"standard_deviation", {1}}}},
              {"little",
               {{"file", "little.onnx"},
                {"sha256", digest},
                {"outputs", {"one", "other"}},
                {"temperature", 1}}},
              {"big", {{"file", "big.onnx"}, {"sha256", digest}, {"temperature", 1}}},
              {"thresholds", {{"one", 0.9}}}}));
}

}  // namespace biglittle
