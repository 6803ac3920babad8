// An ONNX model, from file to answer: Load -> Prepare -> Invoke.
//
//   auto model = nn::Model::Load("big.onnx");                // parse, check, fold: may fail
//   auto context = model->Prepare({.max_batch = 16});        // plan, allocate: may fail
//   std::ranges::copy(window, context->input(1).begin());    // fill
//   context->Invoke(1);                                      // compute: cannot fail
//   auto logits = context->output(1);                        // read
//
// Everything that can be wrong with a file is told at Load, everything about sizes at Prepare.
// Invoke neither fails nor allocates.
//
// A net may have several outputs: one with an early exit answers there first, and the rest of it is
// computed only if that is not enough:
//
//   context->InvokeUpTo(0);                                  // to the exit
//   if (Unsure(context->output(1, 0))) context->InvokeUpTo(1);  // on to the end
//
// Thread-safety: a Model is immutable and may be shared; each thread needs a Context of its own.
// A Context keeps the Model's weights alive; it does not refer to the Model object itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/load_limits.h"
#include "nn/graph/model_info.h"

namespace biglittle::nn {

class Context;
struct Network;
class Plan;
class WeightFiles;

class Model {
 public:
  // Reads and checks an ONNX file with one input or more and one output or more (as many as
  // LoadLimits says), whose first dimension is the batch: symbolic, or 1, which is then taken for
  // the batch too. A net that cannot compute the samples of a batch together computes them one by
  // one (ModelInfo::one_by_one). With Shapes::kFixed the first dimension is a number like the
  // others, of any size, and each Context computes one input at a time. `input_shapes` are whole
  // shapes for inputs whose file leaves sizes open beside the batch; inputs among `values` are
  // constants from now on, and no inputs of the Model. Weights that the file keeps in
  // others are read from the same folder, where no link is followed. Errors are one line that
  // begins with the file and names node, operator and reason:
  //   NotFound: no such file. InvalidArgument: not a valid model.
  //   Unimplemented: an operator, attribute or type that the engine does not have.
  //   ResourceExhausted: a limit is exceeded. Unavailable: there is not enough memory.
  static absl::StatusOr<Model> Load(const std::filesystem::path& path,
                                    const LoadLimits& limits = {}, Shapes shapes = Shapes::kBatched,
                                    const InputShapes& input_shapes = {},
                                    const InputValues& values = {});
  // The same from memory; `name` stands for the file in messages, and `files` has the weights that
  // are kept outside (nullptr: none are).
  static absl::StatusOr<Model> Parse(std::span<const std::byte> bytes, const std::string& name,
                                     const LoadLimits& limits = {},
                                     Shapes shapes = Shapes::kBatched,
                                     const InputShapes& input_shapes = {},
                                     WeightFiles* files = nullptr, const InputValues& values = {});
  // Everything that keeps the file from being loaded, not only the first problem: one line each, as
  // Load's errors but without the file in front. Empty if Load succeeds.
  static std::vector<std::string> Obstacles(const std::filesystem::path& path,
                                            const LoadLimits& limits = {},
                                            const InputShapes& input_shapes = {});

  // The inputs as the file declares them, without a look at its nodes. Errors as Load's.
  static absl::StatusOr<std::vector<DeclaredInput>> Declared(const std::filesystem::path& path,
                                                             const LoadLimits& limits = {});

  // The same from memory, without a name in front of errors.
  static absl::StatusOr<std::vector<DeclaredInput>> DeclaredOf(std::span<const std::byte> bytes,
                                                               const LoadLimits& limits,
                                                               WeightFiles* files);

  // Copies share the weights.
  Model(const Model&);
  Model& operator=(const Model&);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const ModelInfo& info() const;
  // In the file's order, one at least.
  const std::vector<Port>& inputs() const;
  // The first of them.
  const Port& input() const;
  // In the file's order, one at least.
  const std::vector<Port>& outputs() const;
  // The last of them: the net's final answer.
  const Port& output() const;

  // Plans and allocates for up to max_batch samples at once.
  absl::StatusOr<Context> Prepare(const PrepareOptions& options) const;

 private:
  explicit Model(std::shared_ptr<const Network> network);
  // Shared with every Context, so that a model can be replaced while contexts still compute.
  std::shared_ptr<const Network> network_;
};

class Context {
 public:
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  ~Context();

  std::int64_t max_batch() const;
  std::size_t arena_bytes() const;

  // The first `batch` samples of the first input, to be filled before Invoke: batch *
  // input.elements floats, sample after sample, all finite: a NaN may come out as any number. 1 <=
  // batch <= max_batch.
  std::span<float> input(std::int64_t batch);
  // The same of one of Model::inputs(). All are to be filled. Integers are given as floats.
  std::span<float> input(std::int64_t batch, std::int64_t index);
  // Computes `batch` samples. What input() held is undefined afterwards. Inputs must be finite. A
  // sample's results are the same bits alone and in any batch of this Context, with any number of
  // threads. A Context of another max_batch may compute some 3x3 convolutions otherwise, which
  // shows as rounding: with the big nets of models/ as less than 1e-5 of the greatest output.
  void Invoke(std::int64_t batch);
  // For one sample, whose features are in input(1): computes what outputs 0 to `output` need and
  // has not been computed yet. InvokeUpTo(0) begins a new sample, a greater number continues with
  // it; one that the sample has reached changes nothing. The results are the same bits as
  // Invoke(1)'s. 0 <= output < outputs().size(). Undefined: to continue where Invoke or Profile
  // came between, or where something was written into input() since InvokeUpTo(0).
  void InvokeUpTo(std::int64_t output);
  // Invoke, with the time that each step took: microseconds, one for each of ModelInfo::steps.
  std::vector<double> Profile(std::int64_t batch);
  // The results of the last Invoke, valid until the next: batch * elements floats of one of
  // Model::outputs(), also where the file says that they are integers (ArgMax), which they then
  // are. After InvokeUpTo: of one sample, `index` up to what was asked for, the others undefined.
  std::span<const float> output(std::int64_t batch, std::int64_t index) const;
  // The same of the last output.
  std::span<const float> output(std::int64_t batch) const;

 private:
  explicit Context(std::unique_ptr<Plan> plan);
  std::unique_ptr<Plan> plan_;
  friend class Model;
};

}  // namespace biglittle::nn
