// Runs the ONNX project's tests of every operator that the engine has, and lists what passed, what
// a stated limit leaves out, and what failed. Those of a newer opset must be refused for it.
//
//   conformance_onnx_backend [folder]
//
// Returns 0 if nothing failed and as many passed as ever, 77 if the tests are not there.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
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

// What passes of a package that is known by how many tests it has; fewer mean that something has
// been lost.
struct Package {
  const char* name;
  int cases;
  int tests;
  int nets;
  int refused;  // for their opset
};
constexpr Package kPackages[] = {{"Debian 12's", 1072, 798, 1974, 0},
                                 {"Debian 13's", 1428, 926, 2366, 0}};

struct Report {
  int cases = 0;
  int others = 0;  // tests of operators that the engine does not have
  int passed = 0;
  int nets = 0;     // of the tests that passed
  int refused = 0;  // as they must be, for an opset that is too new
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

void RunTooNew(const Case& test, Report& report) {
  if (OpsetRefusal(test.model).empty()) {
    report.failed.push_back(test.name + ": it is not refused for its opset");
  } else {
    ++report.refused;
  }
}

Report RunAll(const std::filesystem::path& folder) {
  Report report;
  for (const std::string& name : ListCases(folder)) {
    const absl::StatusOr<Case> test = ReadCase(folder, name);
    ++report.cases;
    if (!test.ok()) {
      report.failed.emplace_back(test.status().message());
    } else if (!Claimed(test->model)) {
      ++report.others;
    } else if (IsTooNew(test->model)) {
      RunTooNew(*test, report);
    } else if (const std::optional<std::string> reason = SkipReason(*test)) {
      report.skipped[*reason].push_back(name);
    } else {
      Run(*test, report);
    }
  }
  return report;
}

void List(const Report& report) {
  for (const auto& [reason, names] : report.skipped) {
    fmt::print("left out, {}: {}\n", reason, names.size());
    for (const std::string& name : names) fmt::print("  {}\n", name);
  }
  for (const std::string& failure : report.failed) fmt::print("FAILED {}\n", failure);
}

// Of another package nobody knows how many should pass; but some should.
bool AsManyAsEver(const Report& report) {
  const auto known = std::ranges::find(kPackages, report.cases, &Package::cases);
  if (known == std::end(kPackages)) {
    fmt::print("a package of {} tests is not known here: how many should pass is not held\n",
               report.cases);
    return report.passed > 0;
  }
  if (report.passed >= known->tests && report.nets >= known->nets &&
      report.refused <= known->refused) {
    return true;
  }
  fmt::print("of {} package {} tests and {} nets passed before, {} were refused\n", known->name,
             known->tests, known->nets, known->refused);
  return false;
}

int Tell(const Report& report) {
  List(report);
  std::size_t skipped = 0;
  for (const auto& entry : report.skipped) skipped += entry.second.size();
  fmt::print(
      "{} tests passed ({} nets), {} left out, {} refused for their opset, {} failed, {} of other "
      "operators\n",
      report.passed, report.nets, skipped, report.refused, report.failed.size(), report.others);
  return report.failed.empty() && AsManyAsEver(report) ? 0 : 1;
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
