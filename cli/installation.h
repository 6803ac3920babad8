// Where the parts of this BigLittle lie: the shipped models and configurations, and the programs.
#pragma once

#include <filesystem>

namespace biglittle {

struct Installation {
  std::filesystem::path home;      // has models/, broker_config/, config/
  std::filesystem::path programs;  // has device_agent, cloud_worker, biglittle

  // Home is the environment's BIGLITTLE_HOME if set; else, where this program is installed,
  // share/biglittle beside the bin that it lies in; else the source tree that it was built from.
  // Programs lie beside the one that runs.
  static Installation Find();
};

// The rule alone. `environment` and `source_tree` may be empty; files are looked for.
std::filesystem::path HomeOf(const std::filesystem::path& programs,
                             const std::filesystem::path& environment,
                             const std::filesystem::path& source_tree);

}  // namespace biglittle
