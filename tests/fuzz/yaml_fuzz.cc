// Any bytes as a fleet file and as a task file: a value or problems, never anything else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/fleet/fleet_file.h"
#include "core/prediction.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"
#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"

namespace biglittle {
namespace {

void CheckProblems(const std::vector<Diagnostic>& problems, bool ok) {
  Require(ok == problems.empty(), "either a value or problems");
  for (const Diagnostic& problem : problems) {
    Require(!problem.message.empty(), "a problem has a message");
    Require(problem.message.find('\n') == std::string::npos, "a message is one line");
    Require(!FirstUnprintable(problem.message), "a message can be printed");
    Require(problem.line >= 0 && (problem.line == 0) == (problem.column == 0),
            "a place has line and column or neither");
  }
}

void CheckTask(const Task& task) {
  const bool is_exit = task.design == LittleDesign::kEarlyExit;
  Require(task.heads.size() == (is_exit ? 2 : 1), "a rule for each head");
  Require(task.little.heads() == task.heads.size(), "a temperature for each head");
  Require(task.big.heads() == 1, "the big net has one head");
  for (const HeadRule& head : task.heads) {
    Require(head.thresholds.size() == task.labels.size(), "a threshold or none for each label");
    Require(task.score != Score::kLogistic || head.logistic || is_exit, "weights of its score");
    for (std::size_t i = 0; i < head.thresholds.size(); ++i) {
      if (!head.thresholds[i]) continue;
      Require(*head.thresholds[i] > 0.0F && *head.thresholds[i] <= 1.0F, "a threshold in (0, 1]");
      Require(
          std::ranges::find(task.little.outputs, static_cast<int>(i)) != task.little.outputs.end(),
          "a threshold of a class that the little net tells apart");
    }
  }
  Require(task.big.outputs.size() == task.labels.size(), "the big net knows every label");
  const std::size_t known = is_exit ? task.labels.size() : task.priority_classes.size();
  const bool has_other = task.design == LittleDesign::kSubset;
  Require(task.little.outputs.size() == known + (has_other ? 1 : 0),
          "the little net knows what its design says");
  for (const int output : task.little.outputs) {
    Require(is_exit || (has_other && output == kOtherClass) || task.IsPriority(output),
            "an output of the little net");
  }
  Require(ElementCount(task.input_shape).has_value(), "the shape has a size");
  Require(task.normalisation.mean.size() == task.normalisation.standard_deviation.size(),
          "as many means as deviations");
  for (const float deviation : task.normalisation.standard_deviation) {
    Require(deviation > 0.0F, "deviations are positive");
  }
}

}  // namespace
}  // namespace biglittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  using namespace biglittle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Relative to folders that do not exist, so that nothing depends on the machine.
  const auto fleet = ParseFleet(text, "/nonexistent/fleet.yaml", &AllSources());
  CheckProblems(fleet.problems, fleet.ok());
  const auto task = ParseTask(text, "/nonexistent/har/task.yaml");
  CheckProblems(task.problems, task.ok());
  if (task.ok()) CheckTask(*task.value);
  return 0;
}
