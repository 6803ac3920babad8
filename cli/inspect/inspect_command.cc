#include "cli/inspect/inspect_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input_shapes.h"
#include "core/program/exit_code.h"
#include "core/shown_text.h"
#include "nn/model.h"

namespace biglittle {
namespace {

// "logits [N, 6]".
std::string Describe(const nn::Port& port) {
  std::string shape = "N";
  for (const auto extent : port.shape) shape += fmt::format(", {}", extent);
  const std::string type = port.type == "float32" ? "" : " " + port.type;
  return fmt::format("{} [{}]{}", Shown(port.name), shape, type);
}

void Line(std::ostream& out, std::string_view name, const std::string& value) {
  out << fmt::format("{:<24}{}\n", name, value);
}

// Numbered as Context::InvokeUpTo counts them, where there are several.
void TellPorts(const std::string& what, const std::vector<nn::Port>& ports, std::ostream& out) {
  if (ports.size() == 1) return Line(out, what, Describe(ports[0]));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    Line(out, fmt::format("{} {}", what, i), Describe(ports[i]));
  }
}

// Everything that keeps the file from being loaded.
int TellObstacles(const InspectOptions& options, const nn::InputShapes& shapes,
                  const absl::Status& first, std::ostream& err) {
  const std::vector<std::string> obstacles = nn::Model::Obstacles(options.model, {}, shapes);
  if (obstacles.empty()) err << std::string(first.message()) << '\n';
  for (const std::string& obstacle : obstacles) {
    err << fmt::format("{}: {}\n", options.model.string(), obstacle);
  }
  return ExitCodeOf(first);
}

std::map<std::string, std::size_t> Count(const std::vector<std::string>& operators) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : operators) ++counts[name];
  return counts;
}

// Median microseconds of each step. Hardly a kernel's time depends on the values.
std::vector<double> MedianTimes(nn::Context& context, std::int64_t inputs) {
  constexpr std::size_t kRuns = 100;
  std::vector<std::vector<double>> runs;
  for (std::size_t i = 0; i < kRuns; ++i) {
    for (std::int64_t input = 0; input < inputs; ++input) {
      std::ranges::fill(context.input(1, input), 0.5F);
    }
    runs.push_back(context.Profile(1));
  }
  std::vector<double> medians;
  for (std::size_t step = 0; step < runs[0].size(); ++step) {
    std::vector<double> times;
    for (const std::vector<double>& run : runs) times.push_back(run[step]);
    std::ranges::nth_element(times, times.begin() + kRuns / 2);
    medians.push_back(times[kRuns / 2]);
  }
  return medians;
}

// `times` may be empty.
void TellSteps(const nn::ModelInfo& info, const std::vector<double>& times, std::ostream& out) {
  for (std::size_t i = 0; i < info.steps.size(); ++i) {
    const nn::StepInfo& step = info.steps[i];
    std::string time;
    if (!times.empty()) {
      time = fmt::format("{:10.2f} us", times[i]);
      const double rate = static_cast<double>(step.multiply_adds) / times[i] / 1e3;
      time += step.multiply_adds > 0 ? fmt::format("{:8.1f} GMAC/s  ", rate) : std::string(17, ' ');
    }
    out << fmt::format("  {}{:<48} {}\n", time, step.kernel, Shown(step.node));
  }
}

}  // namespace

int RunInspect(const InspectOptions& options, std::ostream& out, std::ostream& err) {
  const auto shapes = ParseInputShapes(options.shapes);
  if (!shapes.ok()) {
    err << "biglittle inspect: " << std::string(shapes.status().message()) << '\n';
    return ExitCodeOf(shapes.status());
  }
  const auto model = nn::Model::Load(options.model, {}, nn::Shapes::kBatched, *shapes);
  if (!model.ok()) return TellObstacles(options, *shapes, model.status(), err);
  auto context = model->Prepare({});
  if (!context.ok()) {
    err << options.model.string() << ": " << std::string(context.status().message()) << '\n';
    return ExitCodeOf(context.status());
  }
  const nn::ModelInfo& info = model->info();
  Line(out, "file", Shown(options.model.string()));
  Line(out, "producer", Shown(info.producer));
  Line(out, "opset", fmt::format("{}", info.opset));
  Line(out, "sha256", info.sha256);
  Line(out, "bytes", fmt::format("{}", info.file_bytes));
  for (const nn::WeightFileInfo& file : info.weight_files) {
    Line(out, "weights in",
         fmt::format("{}, {} bytes, sha256 {}", Shown(file.name), file.bytes, file.sha256));
  }
  TellPorts("input", model->inputs(), out);
  TellPorts("output", model->outputs(), out);
  Line(out, "samples of a batch",
       info.one_by_one.empty() ? "computed together"
                               : "computed one after the other: " + info.one_by_one);
  Line(out, "parameters", fmt::format("{}", info.parameters));
  Line(out, "multiply-adds a sample", fmt::format("{}", info.multiply_adds));
  for (std::size_t i = 0; i < info.multiply_adds_to.size() && model->outputs().size() > 1; ++i) {
    Line(out, fmt::format("  to output {}", i), fmt::format("{}", info.multiply_adds_to[i]));
  }
  Line(out, "weight bytes", fmt::format("{}", info.weight_bytes));
  Line(out, "arena bytes a context", fmt::format("{}", context->arena_bytes()));
  Line(out, "operators", fmt::format("{}", info.operators.size()));
  for (const auto& [name, count] : Count(info.operators)) {
    Line(out, "  " + Shown(name), fmt::format("{}", count));
  }
  Line(out, "steps", fmt::format("{}", info.steps.size()));
  TellSteps(
      info,
      options.profile ? MedianTimes(*context, std::ssize(model->inputs())) : std::vector<double>(),
      out);
  return kExitDone;
}

}  // namespace biglittle
