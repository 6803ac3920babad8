// A fleet's broker, workers and console as plain manifests for Kubernetes, put together by
// kustomize. Devices stay where their sensors are.
//
// Pure functions but for WriteKubernetes, thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/deploy/deploy_fleet.h"
#include "cli/deploy/spelled_yaml.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

struct KubernetesOptions {
  std::string images;  // what comes before biglittle-worker: "registry.example/plant/"
  std::string tag = "latest";
  std::string space = "biglittle";  // the namespace
};

// The workers of an entry of the fleet file, which share a StatefulSet.
struct WorkerSet {
  std::string name;              // of the StatefulSet
  std::vector<std::string> ids;  // in the order of its pods
};
std::vector<WorkerSet> WorkerSetsOf(const SpelledYaml& file);

// The fleet file as the cluster's programs read it: workers unfolded, each with /ready at the port
// that its pod is probed at; paths as in the images; the broker by its service where the file says
// loopback.
SpelledYaml ClusterFleet(const YamlNode& file, const FleetConfig& config);

// A StatefulSet with its headless Service and its PodDisruptionBudget.
std::vector<nlohmann::ordered_json> WorkerManifests(const WorkerSet& set,
                                                    const FleetConfig& config);
// KEDA's, by the readings that wait: from one pod to all that the fleet file names.
nlohmann::ordered_json ScalerManifest(const WorkerSet& set, const FleetConfig& config,
                                      const std::string& space);

// Writes DIR with fleet/, whose secrets are 0600, and keda/, which is that and its scalers.
// AlreadyExists, NotFound, FailedPrecondition (no worker, no credentials) and the errors of
// FileTrouble.
absl::Status WriteKubernetes(const DeployFleet& fleet, const std::filesystem::path& base,
                             const KubernetesOptions& options, const std::filesystem::path& out);

}  // namespace biglittle
