// One problem of a fleet file, with the exact words and place.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "core/fleet/fleet_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

// A file's text after kHead, and what is wrong with it.
struct FleetCase {
  const char* name;
  const char* text;
  std::vector<std::string> problems;  // "line:column: message"; {folder} stands for the file's
};
inline void PrintTo(const FleetCase& c, std::ostream* out) { *out << c.name; }

// Lines 1 to 3 of every file below; their text begins at line 4.
inline constexpr char kHead[] = "version: 1\nfleet: plant\nmodels: models\n";

inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

inline std::string ProblemsOf(const std::string& text, const TemporaryFolder& folder) {
  folder.Write("models/vibration/task.yaml", "");
  folder.Write("models/har/task.yaml", "");
  folder.Write("x.npy", "");
  return ToString(ParseFleet(text, folder.path() / "f.yaml", &AllSources()).problems);
}

inline std::string Expected(const std::vector<std::string>& problems,
                            const TemporaryFolder& folder) {
  std::string all;
  for (const std::string& problem : problems) {
    if (!all.empty()) all += "\n";
    all += (folder.path() / "f.yaml:").string();
    all += Replaced(problem, "{folder}", folder.path().string());
  }
  return all;
}

class FleetProblem : public ::testing::TestWithParam<FleetCase> {
 protected:
  // As somebody may have it who follows the documentation.
  FleetProblem() { unsetenv("BIGLITTLE_BROKER_PASSWORD"); }
};

inline std::string NameOf(const ::testing::TestParamInfo<FleetCase>& info) {
  return info.param.name;
}

}  // namespace biglittle
