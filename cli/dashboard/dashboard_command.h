// `biglittle dashboard`: writes the console for a fleet's broker into a folder.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace biglittle {

struct DashboardOptions {
  std::filesystem::path config;
  std::filesystem::path out;
  std::string url;                  // empty: of the fleet file's broker
  std::vector<std::string> normal;  // as in PageSettings
};

// Returns the exit code: 0, 1 if it could not be written, 2 for bad input; problems go to `err`.
int RunDashboard(const DashboardOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
