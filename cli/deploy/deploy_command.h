// `biglittle deploy`: a fleet brought to its hosts.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace biglittle {

struct DeployOptions {
  std::filesystem::path config;
  std::filesystem::path secure = "secure";
  std::string packages;           // a folder, or "none"; empty: build/packages of the source tree
  std::vector<std::string> only;  // hosts by id, pattern or LABEL=VALUE; empty: all
  std::filesystem::path ssh_config;
  int connect_timeout_s = 10;
  std::size_t parallel = 4;
};

struct DeployApplyOptions {
  int wait_s = 60;
  bool skip_away = false;
  bool allow_offline = false;
};

struct DeployBundleOptions {
  std::string host;
  std::filesystem::path out;  // a folder that is not there yet, or a file NAME.tar
};

struct DeployKubernetesOptions {
  std::filesystem::path out;  // a folder that is not there yet
  std::string images;         // what stands before the images' names
  std::string tag = "latest";
  std::string space = "biglittle";  // the namespace
};

struct DeployAnsibleOptions {
  std::filesystem::path out;  // a folder that is not there yet
};

// Each returns the exit code.
int RunDeployPlan(const DeployOptions& options, std::ostream& out, std::ostream& err);
int RunDeployApply(const DeployOptions& options, const DeployApplyOptions& apply, std::ostream& out,
                   std::ostream& err);
int RunDeployStatus(const DeployOptions& options, std::ostream& out, std::ostream& err);
int RunDeployBundle(const DeployOptions& options, const DeployBundleOptions& bundle,
                    std::ostream& out, std::ostream& err);
int RunDeployKubernetes(const DeployOptions& options, const DeployKubernetesOptions& kubernetes,
                        std::ostream& out, std::ostream& err);
int RunDeployAnsible(const DeployOptions& options, const DeployAnsibleOptions& ansible,
                     std::ostream& out, std::ostream& err);

}  // namespace biglittle
