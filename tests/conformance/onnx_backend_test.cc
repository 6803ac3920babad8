// Runs the ONNX project's tests of every operator that the engine has, and lists what passed, what
// a stated limit leaves out, and what failed.
//
//   conformance_onnx_backend [folder]
//
// Returns 0 if nothing failed and as many passed as ever, 77 if the tests are not there.

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "tests/conformance/case_folder.h"
#include "tests/conformance/comparison.h"
#include "tests/conformance/nets.h"
#include "tests/conformance/rules.h"

namespace biglittle::conformance {
namespace {

constexpr const char* kFolder = "/usr/share/libonnx-testdata/data";
constexpr int kSkipped = 77;  // what ctest takes for "not run"

// So many tests and nets of Debian 12's package pass; fewer mean that something has been lost.
constexpr int kLeastTests = 452;
constexpr int kLeastNets = 1220;

struct Report {
  int others = 0;  // tests of operators that the engine does not have
  int passed = 0;
  int nets = 0;  // of the tests that passed
  std::map<std::string, std::vector<std::string>> skipped;
  std::vector<std::string> failed;
};

void Run(const Case& test, Report& report) {
  int nets = 0;
  for (const DataSet& data : test.data) {
    for (const Net& net : MakeNets(test, data)) {
      const std::string problem = Check(net);
      if (!problem.empty()) {
        report.failed.push_back(fmt::format("{} ({}): {}", test.name, net.how, problem));
        return;
      }
      ++nets;
    }
  }
  ++report.passed;
  report.nets += nets;
}

Report RunAll(const std::filesystem::path& folder) {
  Report report;
  for (const std::string& name : ListCases(folder)) {
    const absl::StatusOr<Case> test = ReadCase(folder, name);
    if (!test.ok()) {
      report.failed.emplace_back(test.status().message());
    } else if (!Claimed(test->model)) {
      ++report.others;
    } else if (const std::optional<std::string> reason = SkipReason(*test)) {
      report.skipped[*reason].push_back(name);
    } else {
      Run(*test, report);
    }
  }
  return report;
}

int Tell(const Report& report) {
  for (const auto& [reason, names] : report.skipped) {
    fmt::print("left out, {}: {}\n", reason, names.size());
    for (const std::string& name : names) fmt::print("  {}\n", name);
  }
  for (const std::string& failure : report.failed) fmt::print("FAILED {}\n", failure);
  std::size_t skipped = 0;
  for (const auto& entry : report.skipped) skipped += entry.second.size();
  fmt::print("{} tests passed ({} nets), {} left out, {} failed, {} of other operators\n",
             report.passed, report.nets, skipped, report.failed.size(), report.others);
  if (!report.failed.empty()) return 1;
  if (report.passed >= kLeastTests && report.nets >= kLeastNets) return 0;
  fmt::print("there were {} tests and {} nets before\n", kLeastTests, kLeastNets);
  return 1;
}

}  // namespace
}  // namespace biglittle::conformance

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : biglittle::conformance::kFolder;
  if (!std::filesystem::is_directory(folder / "node")) {
    fmt::print("{} has no tests: the package libonnx-testdata is missing\n", folder.string());
    return biglittle::conformance::kSkipped;
  }
  return biglittle::conformance::Tell(biglittle::conformance::RunAll(folder));
}
