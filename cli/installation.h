// Where the parts of this BigLittle lie: the shipped models and configurations, and the programs.
#pragma once

#include <filesystem>

namespace biglittle {

struct Installation {
  std::filesystem::path home;      // has models/, broker_config/, config/
  std::filesystem::path programs;  // has device_agent, cloud_worker, biglittle

  // Home is the environment's BIGLITTLE_HOME if set, else the source tree that this program was
  // built from. Programs lie beside the one that runs.
  static Installation Find();
};

}  // namespace biglittle
