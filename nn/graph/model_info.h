// What a net is asked for and tells of itself: sizes, ports, steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace biglittle::nn {

inline constexpr std::int64_t kMaxThreads = 64;

struct PrepareOptions {
  std::int64_t max_batch = 1;                           // >= 1; with Shapes::kFixed 1
  std::int64_t threads = 1;                             // that share an Invoke, 1 to kMaxThreads
  std::size_t max_arena_bytes = std::size_t{2} << 30U;  // refused beyond
};

// One input or output. The batch dimension is left out: shape {9, 128} stands for [N, 9, 128]. With
// Shapes::kFixed there is none, and the shape is the whole one. Of a net whose samples are computed
// one by one it is what a sample has, a first dimension of 1 left out.
struct Port {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t elements = 0;  // product of shape
  // What the file says that the elements are, which in memory are floats: "float32", "int64", ...
  std::string type = "float32";
  // Of a type "string": each element is a place in this list.
  std::vector<std::string> texts = {};
};

// An input as the file declares it.
struct DeclaredInput {
  std::string name;
  // 0 for a size that is left open; absent where the file says nothing of the shape.
  std::optional<std::vector<std::int64_t>> shape;
  bool of_integers = false;  // or bool
};

// What the net has become: one of the steps that an Invoke takes, in their order.
struct StepInfo {
  std::string node;    // of the file: "node 'conv1' (Conv)"; the first of those that were fused
  std::string kernel;  // how it is computed: "conv 3x3 64->64 + relu, winograd"
  std::int64_t multiply_adds = 0;  // a sample
};

// A file beside the model that holds weights of it.
struct WeightFileInfo {
  std::string name;
  std::size_t bytes = 0;
  std::string sha256;
};

// What `biglittle inspect` tells.
struct ModelInfo {
  std::string producer;
  std::int64_t opset = 0;
  std::vector<std::string> operators;  // of the file, in execution order, one entry a node
  std::int64_t parameters = 0;         // floats among the initializers that the net uses
  std::int64_t multiply_adds = 0;      // a sample; convolutions and matrix products
  // By output: what InvokeUpTo takes for a new sample. The last is multiply_adds.
  std::vector<std::int64_t> multiply_adds_to;
  std::vector<StepInfo> steps;
  std::size_t weight_bytes = 0;  // of all kernels, packed; shared by all contexts
  std::size_t file_bytes = 0;
  std::string sha256;  // of the file
  std::vector<WeightFileInfo> weight_files;
  // Why the samples of a batch are computed one after the other; "" where they are not.
  std::string one_by_one;
};

}  // namespace biglittle::nn
