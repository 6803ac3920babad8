// Does with windows what a device does with each before it is answered or escalated: normalisation,
// the little net, one head after the other, and the rule. Under callgrind or QEMU's plug-in the
// difference between two numbers of passes is what a reading takes (reading_cost.py).
//
//   reading_cost TASK_FOLDER WINDOWS_FILE COUNT PASSES [sse4]
//
// COUNT windows, evenly spaced over the file. sse4: as on an x86 processor without AVX2.
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/task/normalisation.h"
#include "core/task/task_file.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/sources/replay/data_file.h"
#include "hwy/highway.h"

namespace biglittle {
namespace {

int Refuse(const std::string& why) {
  fmt::print(stderr, "reading_cost: {}\n", why);
  return 2;
}

std::vector<Tensor> EvenlySpaced(const DataArray& all, const Task& task, std::size_t count) {
  std::vector<Tensor> windows;
  const auto there = static_cast<std::size_t>(all.shape[0]);
  const std::size_t bytes = all.data.size() / there;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const std::byte> window =
        std::span(all.data).subspan(i * there / count * bytes, bytes);
    windows.push_back({task.input_dtype, task.input_shape, {window.begin(), window.end()}});
  }
  return windows;
}

int Run(std::span<char*> words) {
  if (words.size() < 5) return Refuse("TASK_FOLDER WINDOWS_FILE COUNT PASSES [sse4]");
#if HWY_ARCH_X86
  if (words.size() > 5 && words[5] == std::string_view("sse4")) hwy::DisableTargets(HWY_SSE4 - 1);
#endif
  const Parsed<Task> task = LoadTask(words[1]);
  if (!task.ok()) return Refuse(ToString(task.problems));
  auto classifier = LocalClassifier::Load(*task.value, {});
  if (!classifier.ok()) return Refuse(std::string(classifier.status().message()));
  const auto all = LoadDataFile(words[2], DataRole::kWindows);
  if (!all.ok()) return Refuse(std::string(all.status().message()));
  const std::vector<Tensor> windows =
      EvenlySpaced(*all, *task.value, std::strtoul(words[3], nullptr, 10));
  if (const auto fits = CheckWindow(*task.value, windows.at(0)); !fits.ok()) {
    return Refuse(std::string(fits.message()));
  }
  std::size_t escalated = 0;
  for (unsigned long passes = std::strtoul(words[4], nullptr, 10); passes > 0; --passes) {
    escalated = 0;
    for (const Tensor& window : windows) {
      if (!classifier->Classify(*task.value, window).is_final) ++escalated;
    }
  }
  fmt::print("escalated {} of {}\n", escalated, windows.size());
  return 0;
}

}  // namespace
}  // namespace biglittle

int main(int count, char** words) {
  return biglittle::Run({words, static_cast<std::size_t>(count)});
}
