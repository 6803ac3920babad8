#include "cli/inspect/inspect_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/program/exit_code.h"
#include "core/shown_text.h"
#include "nn/model.h"

namespace biglittle {
namespace {

// "logits [N, 6]".
std::string Describe(const nn::Port& port) {
  std::string shape = "N";
  for (const auto extent : port.shape) shape += fmt::format(", {}", extent);
  return fmt::format("{} [{}]", Shown(port.name), shape);
}

void Line(std::ostream& out, std::string_view name, const std::string& value) {
  out << fmt::format("{:<24}{}\n", name, value);
}

// Numbered as Context::InvokeUpTo counts them, where there are several.
void TellOutputs(const nn::Model& model, std::ostream& out) {
  if (model.outputs().size() == 1) return Line(out, "output", Describe(model.output()));
  for (std::size_t i = 0; i < model.outputs().size(); ++i) {
    Line(out, fmt::format("output {}", i), Describe(model.outputs()[i]));
  }
}

std::map<std::string, std::size_t> Count(const std::vector<std::string>& operators) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : operators) ++counts[name];
  return counts;
}

// Median microseconds of each step. Hardly a kernel's time depends on the values.
std::vector<double> MedianTimes(nn::Context& context) {
  constexpr std::size_t kRuns = 100;
  std::vector<std::vector<double>> runs;
  for (std::size_t i = 0; i < kRuns; ++i) {
    std::ranges::fill(context.input(1), 0.5F);
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
  const auto model = nn::Model::Load(options.model);
  if (!model.ok()) {
    err << std::string(model.status().message()) << '\n';
    return ExitCodeOf(model.status());
  }
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
  Line(out, "input", Describe(model->input()));
  TellOutputs(*model, out);
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
  TellSteps(info, options.profile ? MedianTimes(*context) : std::vector<double>(), out);
  return kExitDone;
}

}  // namespace biglittle
