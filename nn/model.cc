#include "nn/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/digest.h"
#include "nn/compile/compiler.h"
#include "nn/compile/fusion.h"
#include "nn/compile/layout.h"
#include "nn/compile/network.h"
#include "nn/compile/outputs.h"
#include "nn/compile/quantise.h"
#include "nn/graph/input_dims.h"
#include "nn/graph/load_limits.h"
#include "nn/graph/ordering.h"
#include "nn/importer/importer.h"
#include "nn/importer/weight_files.h"
#include "nn/run/plan.h"
#include "nn/weight_folder.h"

namespace biglittle::nn {
namespace {

absl::StatusOr<std::vector<std::byte>> ReadFile(const std::filesystem::path& path,
                                                const LoadLimits& limits) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return absl::NotFoundError("no such file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return absl::InvalidArgumentError("it is not a file");
  if (size > limits.max_file_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("it has {} bytes, {} are allowed", size, limits.max_file_bytes));
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return absl::InvalidArgumentError("it cannot be read");
  }
  return bytes;
}

// Packed weights are larger than the file's where columns fill vectors only in part, and where a
// Winograd convolution keeps 36 numbers for 9. A file that is made to take more than this per byte
// is no net. What one step takes its operator has limited.
absl::Status SealSteps(Network& network, std::size_t file_bytes) {
  constexpr std::size_t kBytesPerByte = 6;
  constexpr std::size_t kSmall = std::size_t{64} << 20U;
  for (const Step& step : network.steps) {
    step.kernel->Seal();
    const std::int64_t work = step.kernel->MultiplyAdds() * step.repeat;
    network.info.steps.push_back(StepInfo{step.description, step.kernel->Name(), work});
    network.info.weight_bytes +=
        static_cast<std::size_t>(step.kernel->WeightFloats()) * sizeof(float);
    if (network.info.weight_bytes <= kBytesPerByte * file_bytes + kSmall) continue;
    return absl::ResourceExhaustedError(fmt::format(
        "{}: its weights would take far more memory than the file has bytes", step.description));
  }
  return absl::OkStatus();
}

// What a file is read with, besides the bytes.
struct Reading {
  const LoadLimits& limits;
  Shapes shapes = Shapes::kBatched;
  const InputShapes& input_shapes;
  const InputValues& values;
  WeightFiles* files = nullptr;
  std::vector<absl::Status>* obstacles = nullptr;
};

absl::StatusOr<std::unique_ptr<Network>> CompileAs(const Graph& graph, FirstDimension first,
                                                   const Reading& reading,
                                                   std::vector<absl::Status>* obstacles) {
  auto inputs = InputDims(graph, first, reading.input_shapes);
  if (!inputs.ok()) return inputs.status();
  return Compile(graph, reading.limits,
                 {*std::move(inputs), reading.values, first == FirstDimension::kOne, obstacles});
}

// As a batch; or, where that cannot be, for one sample after the other.
absl::StatusOr<std::unique_ptr<Network>> CompileBatched(const Graph& graph,
                                                        const Reading& reading) {
  auto together = CompileAs(graph, FirstDimension::kSamples, reading, nullptr);
  const absl::Status reason = together.status();
  if (together.ok() || reading.shapes == Shapes::kTogether ||
      reason.code() == absl::StatusCode::kResourceExhausted) {
    return together;
  }
  auto alone = CompileAs(graph, FirstDimension::kOne, reading, reading.obstacles);
  if (alone.ok()) (*alone)->info.one_by_one = std::string(reason.message());
  return alone;
}

absl::StatusOr<std::shared_ptr<const Network>> Build(std::span<const std::byte> bytes,
                                                     const Reading& reading) {
  absl::StatusOr<Graph> graph =
      ImportOnnx(bytes, reading.limits, {reading.files, reading.obstacles});
  if (!graph.ok()) return graph.status();
  if (absl::Status s = OrderNodes(*graph); !s.ok()) return s;
  absl::StatusOr<std::unique_ptr<Network>> network =
      reading.shapes == Shapes::kFixed
          ? CompileAs(*graph, FirstDimension::kNumber, reading, reading.obstacles)
          : CompileBatched(*graph, reading);
  if (!network.ok()) return network.status();
  SeparateOutputs(**network);
  FuseSteps(**network);
  QuantiseSteps(**network);
  ChooseStorage(**network);
  ChooseLayouts(**network);
  OrderSteps(**network);
  std::size_t weight_bytes = bytes.size();
  if (reading.files != nullptr) {
    (*network)->info.weight_files = reading.files->used();
    for (const WeightFileInfo& file : (*network)->info.weight_files) weight_bytes += file.bytes;
  }
  if (absl::Status s = SealSteps(**network, weight_bytes); !s.ok()) return s;
  (*network)->info.file_bytes = bytes.size();
  (*network)->info.sha256 = Sha256(bytes);
  return std::shared_ptr<const Network>(*std::move(network));
}

// The same error with the file in front.
absl::Status Prefixed(const std::string& name, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", name, std::string(status.message())));
}

}  // namespace

absl::StatusOr<Model> Model::Load(const std::filesystem::path& path, const LoadLimits& limits,
                                  Shapes shapes, const InputShapes& input_shapes,
                                  const InputValues& values) {
  try {
    const absl::StatusOr<std::vector<std::byte>> bytes = ReadFile(path, limits);
    if (!bytes.ok()) return Prefixed(path.string(), bytes.status());
    WeightFolder files(path.parent_path(), limits.max_file_bytes);
    return Parse(*bytes, path.string(), limits, shapes, input_shapes, &files, values);
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to read the model");
  }
}

absl::StatusOr<Model> Model::Parse(std::span<const std::byte> bytes, const std::string& name,
                                   const LoadLimits& limits, Shapes shapes,
                                   const InputShapes& input_shapes, WeightFiles* files,
                                   const InputValues& values) {
  try {
    absl::StatusOr<std::shared_ptr<const Network>> network =
        Build(bytes, {limits, shapes, input_shapes, values, files, nullptr});
    if (!network.ok()) return Prefixed(name, network.status());
    return Model(*std::move(network));
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to load the model");
  }
}

std::vector<std::string> Model::Obstacles(const std::filesystem::path& path,
                                          const LoadLimits& limits,
                                          const InputShapes& input_shapes) {
  std::vector<absl::Status> obstacles;
  try {
    const absl::StatusOr<std::vector<std::byte>> bytes = ReadFile(path, limits);
    if (!bytes.ok()) return {std::string(bytes.status().message())};
    WeightFolder files(path.parent_path(), limits.max_file_bytes);
    const InputValues none;
    const auto network =
        Build(*bytes, {limits, Shapes::kBatched, input_shapes, none, &files, &obstacles});
    // Of problems that end the work there is one, and it is not noted.
    if (!network.ok() && std::ranges::find(obstacles, network.status()) == obstacles.end()) {
      obstacles.push_back(network.status());
    }
  } catch (const std::bad_alloc&) {
    return {"there is not enough memory to load the model"};
  }
  std::vector<std::string> lines;
  for (const absl::Status& status : obstacles) lines.emplace_back(status.message());
  return lines;
}

absl::StatusOr<std::vector<DeclaredInput>> Model::Declared(const std::filesystem::path& path,
                                                           const LoadLimits& limits) {
  try {
    const absl::StatusOr<std::vector<std::byte>> bytes = ReadFile(path, limits);
    if (!bytes.ok()) return Prefixed(path.string(), bytes.status());
    WeightFolder files(path.parent_path(), limits.max_file_bytes);
    auto inputs = DeclaredOf(*bytes, limits, &files);
    if (!inputs.ok()) return Prefixed(path.string(), inputs.status());
    return inputs;
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to read the model");
  }
}

absl::StatusOr<std::vector<DeclaredInput>> Model::DeclaredOf(std::span<const std::byte> bytes,
                                                             const LoadLimits& limits,
                                                             WeightFiles* files) {
  std::vector<absl::Status> obstacles;
  const absl::StatusOr<Graph> graph = ImportOnnx(bytes, limits, {files, &obstacles});
  if (!graph.ok()) return graph.status();
  std::vector<DeclaredInput> inputs;
  for (const GraphInput& input : graph->inputs) {
    inputs.push_back({graph->values[static_cast<std::size_t>(input.value)].name, input.dims,
                      input.element != ElementType::kFloat32});
  }
  return inputs;
}

Model::Model(std::shared_ptr<const Network> network) : network_(std::move(network)) {}
Model::Model(const Model&) = default;
Model& Model::operator=(const Model&) = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const ModelInfo& Model::info() const { return network_->info; }
const std::vector<Port>& Model::inputs() const { return network_->inputs; }
const Port& Model::input() const { return network_->inputs.front(); }
const std::vector<Port>& Model::outputs() const { return network_->outputs; }
const Port& Model::output() const { return network_->outputs.back(); }

absl::StatusOr<Context> Model::Prepare(const PrepareOptions& options) const {
  try {
    absl::StatusOr<std::unique_ptr<Plan>> plan = Plan::Make(network_, options);
    if (!plan.ok()) return plan.status();
    return Context(*std::move(plan));
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to prepare the model");
  } catch (const std::system_error& error) {
    return absl::UnavailableError(
        fmt::format("{} threads cannot be started: {}", options.threads, error.what()));
  }
}

Context::Context(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

std::int64_t Context::max_batch() const { return plan_->max_batch(); }
std::size_t Context::arena_bytes() const { return plan_->arena_bytes(); }

std::span<float> Context::input(std::int64_t batch) { return input(batch, 0); }

std::span<float> Context::input(std::int64_t batch, std::int64_t index) {
  assert(batch >= 1 && batch <= max_batch());
  assert(index >= 0 && index < std::ssize(plan_->network().inputs));
  const auto which = static_cast<std::size_t>(index);
  const std::int64_t elements = plan_->network().inputs[which].elements;
  return {plan_->input(which), static_cast<std::size_t>(batch * elements)};
}

void Context::Invoke(std::int64_t batch) {
  assert(batch >= 1 && batch <= max_batch());
  plan_->Run(batch);
}

void Context::InvokeUpTo(std::int64_t output) {
  assert(output >= 0 && output < std::ssize(plan_->network().outputs));
  plan_->RunUpTo(static_cast<std::size_t>(output));
}

std::vector<double> Context::Profile(std::int64_t batch) {
  assert(batch >= 1 && batch <= max_batch());
  return plan_->Profile(batch);
}

std::span<const float> Context::output(std::int64_t batch, std::int64_t index) const {
  assert(batch >= 1 && batch <= max_batch());
  assert(index >= 0 && index < std::ssize(plan_->network().outputs));
  const auto which = static_cast<std::size_t>(index);
  const std::int64_t elements = plan_->network().outputs[which].elements;
  return {plan_->output(which), static_cast<std::size_t>(batch * elements)};
}

std::span<const float> Context::output(std::int64_t batch) const {
  return output(batch, std::ssize(plan_->network().outputs) - 1);
}

}  // namespace biglittle::nn
