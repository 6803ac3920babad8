#include "cli/deploy/kubernetes_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "cli/deploy/bundle.h"
#include "cli/deploy/host_fleet.h"
#include "cli/provision/private_files.h"
#include "cli/yaml_text.h"
#include "core/fleet/id_template.h"
#include "core/replace_file.h"
#include "core/text.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kHealthPort = 9464;
constexpr char kBrokerService[] = "biglittle-broker";
constexpr std::array<const char*, 4> kImages = {"biglittle-worker", "biglittle-broker",
                                                "biglittle-console", "biglittle-agent"};

// A name of Kubernetes: RFC 1123.
std::string NameOf(std::string_view pattern) {
  std::string name = pattern.starts_with("worker") ? "" : "worker-";
  for (const char c : pattern) {
    const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (lower) {
      name += c;
    } else if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else if (!name.empty() && !name.ends_with('-')) {
      name += '-';
    }
  }
  constexpr std::size_t kLongest = 40;  // of 63, which have a pod's number and a revision as well
  name.resize(std::min(name.size(), kLongest));
  while (name.ends_with('-')) name.pop_back();
  return name;
}

std::vector<std::string> IdsOf(const SpelledYaml& entry) {
  const std::string pattern = PlainText(entry["id"]);
  const Copies copies = CopiesOf(entry);
  if (!copies.is_template) return {pattern};
  std::vector<std::string> ids;
  for (std::size_t k = 0; k < copies.count; ++k) ids.push_back(OfCopy(pattern, copies, k));
  return ids;
}

Json Labels(const WorkerSet& set) {
  return {{"app.kubernetes.io/name", "biglittle"},
          {"app.kubernetes.io/component", "worker"},
          {"app.kubernetes.io/instance", set.name}};
}

Json Confined() {
  return {{"allowPrivilegeEscalation", false},
          {"readOnlyRootFilesystem", true},
          {"capabilities", {{"drop", {"ALL"}}}}};
}

Json Probe(const char* path, int period, int failures) {
  return {{"httpGet", {{"path", path}, {"port", "health"}}},
          {"periodSeconds", period},
          {"timeoutSeconds", 2},
          {"failureThreshold", failures}};
}

// A pod's number is the end of its name; the number's id is what it runs, and shows.
std::string IdScript(const WorkerSet& set, const char* then) {
  return fmt::format("set -eu\numask 077\nset -- {}\nshift \"${{HOSTNAME##*-}}\"\n{}\n",
                     fmt::join(set.ids, " "), then);
}

Json Container(const char* name, const std::string& script, Json mounts) {
  return {{"name", name},
          {"image", "biglittle-worker"},
          {"command", {"/bin/sh", "-c", script}},
          {"volumeMounts", std::move(mounts)},
          {"securityContext", Confined()}};
}

Json Mount(const char* name, const char* path, bool read_only) {
  Json mount = {{"name", name}, {"mountPath", path}};
  if (read_only) mount["readOnly"] = true;
  return mount;
}

Json PodSpec(const WorkerSet& set, const FleetConfig& config) {
  const WorkerConfig& worker = *config.FindWorker(set.ids.front());
  const auto drain = std::chrono::ceil<std::chrono::seconds>(worker.drain_timeout).count();
  Json main = Container(
      "worker",
      IdScript(set, "exec cloud_worker --config /etc/biglittle/fleet.yaml --worker \"$1\""),
      Json::array({Mount("fleet", "/etc/biglittle", true)}));
  main["ports"] = Json::array({{{"name", "health"}, {"containerPort", kHealthPort}}});
  main["startupProbe"] = Probe("/live", 1, 60);
  main["readinessProbe"] = Probe("/ready", 2, 3);
  main["livenessProbe"] = Probe("/live", 10, 3);
  main["resources"] = {
      {"requests", {{"cpu", std::to_string(worker.compute_threads)}, {"memory", "256Mi"}}},
      {"limits", {{"memory", "1Gi"}}}};
  Json spec = {{"automountServiceAccountToken", false},
               {"terminationGracePeriodSeconds", drain + 10},
               {"securityContext",
                {{"runAsNonRoot", true},
                 {"runAsUser", 10001},
                 {"runAsGroup", 10001},
                 {"fsGroup", 10001},
                 {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
               // Two of a set on one node go together when that goes.
               {"topologySpreadConstraints",
                Json::array({{{"maxSkew", 1},
                              {"topologyKey", "kubernetes.io/hostname"},
                              {"whenUnsatisfiable", "ScheduleAnyway"},
                              {"labelSelector", {{"matchLabels", Labels(set)}}}}})}};
  Json volumes = Json::array({{{"name", "fleet"}, {"configMap", {{"name", "biglittle-fleet"}}}}});
  if (config.broker.tls) {
    // A pod's own certificate and no other's, in memory, readable by nobody else.
    Json own = Container("credentials",
                         IdScript(set,
                                  "for name in ca.pem client.crt client.key; do\n"
                                  "  cat \"/secret/$1.$name\" >\"/credentials/$name\"\ndone"),
                         Json::array({Mount("secret", "/secret", true),
                                      Mount("credentials", "/credentials", false)}));
    own["resources"] = {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}},
                        {"limits", {{"memory", "64Mi"}}}};
    spec["initContainers"] = Json::array({std::move(own)});
    main["volumeMounts"].push_back(Mount("credentials", "/credentials", true));
    volumes.push_back({{"name", "credentials"}, {"emptyDir", {{"medium", "Memory"}}}});
    volumes.push_back(
        {{"name", "secret"}, {"secret", {{"secretName", set.name}, {"defaultMode", 0440}}}});
  }
  spec["containers"] = Json::array({std::move(main)});
  spec["volumes"] = std::move(volumes);
  return spec;
}

class Writer {
 public:
  explicit Writer(std::filesystem::path out) : out_(std::move(out)) {}

  void Write(const std::filesystem::path& path, std::string_view text, mode_t mode) {
    if (!status_.ok()) return;
    const std::filesystem::path file = out_ / path;
    status_ = MakeFolder(file.parent_path(), mode == kOwnerOnly ? kOwnerOnlyFolder : 0755);
    if (status_.ok()) status_ = ReplaceFile(file, text, mode);
  }
  void WriteAll(const std::filesystem::path& path, const std::vector<Json>& documents) {
    std::string text;
    for (const Json& document : documents) text += (text.empty() ? "" : "---\n") + ToYaml(document);
    Write(path, text, kReadableByAll);
  }
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  const absl::Status& status() const { return status_; }

 private:
  const std::filesystem::path out_;
  absl::Status status_;
};

// One generated secret: its files lie in secrets/.
Json SecretOf(const std::string& name, const std::vector<std::string>& files) {
  Json listed = Json::array();
  for (const std::string& file : files)
    listed.push_back(fmt::format("{0}=secrets/{1}/{0}", file, name));
  return {{"name", name}, {"files", std::move(listed)}};
}

// Of a host that took the broker and all workers.
absl::StatusOr<Bundle> BundleOf(const DeployFleet& fleet) {
  DeployFleet whole = fleet;
  whole.packages.reset();
  HostConfig host{.id = "cluster", .ssh = "", .broker = true};
  for (const WorkerConfig& worker : fleet.config.workers) host.workers.push_back(worker.id);
  // In the clear it is the NetworkPolicy that guards it.
  if (!whole.config.broker.tls) whole.config.broker.host = "127.0.0.1";
  whole.config.hosts = {host};
  return BundleMaker(whole).Make(host);
}

// A pod is nobody's user to change to, and its root is read-only.
std::string SettingsOfPod(const std::string& settings) {
  std::istringstream lines(settings);
  std::string own;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("user ") || line.starts_with("pid_file ")) continue;
    const bool is_listener = line.starts_with("listener ") && line.ends_with(" 127.0.0.1");
    // The administrator's stays where it is.
    const bool in_the_clear = settings.find("\nplugin ") == std::string::npos;
    if (is_listener && in_the_clear) line.erase(line.rfind(' '));
    own += line + "\n";
  }
  return own;
}

// Where the fleet's port is another than the base's.
Json PortPatches(std::uint16_t port) {
  const auto replace = [](const char* kind, const char* name, const char* path, Json value) {
    const Json operation =
        Json::array({{{"op", "replace"}, {"path", path}, {"value", std::move(value)}}});
    return Json{{"target", {{"kind", kind}, {"name", name}}}, {"patch", operation.dump()}};
  };
  return Json::array({replace("Service", kBrokerService, "/spec/ports/0/port", port),
                      replace("StatefulSet", kBrokerService,
                              "/spec/template/spec/containers/0/ports/0/containerPort", port),
                      replace("NetworkPolicy", "biglittle-worker", "/spec/egress/1/ports",
                              Json::array({{{"protocol", "TCP"}, {"port", port}}}))});
}

}  // namespace

std::vector<WorkerSet> WorkerSetsOf(const SpelledYaml& file) {
  std::vector<WorkerSet> sets;
  if (!file.contains("workers")) return sets;
  std::map<std::string, int> taken;
  for (const SpelledYaml& entry : file["workers"]) {
    std::string pattern = PlainText(entry["id"]);
    if (const std::size_t mark = pattern.find("{n}"); mark != std::string::npos) {
      pattern.erase(mark, 3);
    }
    std::string name = NameOf(pattern);
    if (const int other = taken[name]++; other > 0) name += fmt::format("-{}", other + 1);
    sets.push_back({.name = std::move(name), .ids = IdsOf(entry)});
  }
  return sets;
}

SpelledYaml ClusterFleet(const YamlNode& file, const FleetConfig& config) {
  SpelledYaml own = Spell(file);
  own.erase("hosts");
  own["models"] = SpelledText("/usr/share/biglittle/models");
  if (own.contains("models_public_key")) {
    own["models_public_key"] = SpelledText("/etc/biglittle/models.pub");
  }
  SpelledYaml& broker = own["broker"];
  if (!broker.is_object()) broker = SpelledYaml::object();
  const std::string& host = config.broker.host;
  if (IsLoopback(host)) {
    broker["host"] = SpelledText(kBrokerService);
  }
  if (config.broker.tls) broker["tls"]["credentials"] = SpelledText("/credentials");
  SpelledYaml workers = SpelledYaml::array();
  for (const SpelledYaml& entry : own.value("workers", SpelledYaml::array())) {
    for (const std::string& id : IdsOf(entry)) {
      SpelledYaml worker = entry;
      worker.erase("count");
      worker.erase("first");
      worker["id"] = SpelledText(id);
      worker["health"] = {{"host", SpelledText("0.0.0.0")}, {"port", std::to_string(kHealthPort)}};
      workers.push_back(std::move(worker));
    }
  }
  own["workers"] = std::move(workers);
  return own;
}

std::vector<Json> WorkerManifests(const WorkerSet& set, const FleetConfig& config) {
  const Json selector = {{"matchLabels", Labels(set)}};
  Json service = {
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", {{"name", set.name}, {"labels", Labels(set)}}},
      {"spec",
       {{"clusterIP", "None"},
        {"selector", Labels(set)},
        {"ports",
         Json::array({{{"name", "health"}, {"port", kHealthPort}, {"targetPort", "health"}}})}}}};
  Json pods = {
      {"apiVersion", "apps/v1"},
      {"kind", "StatefulSet"},
      {"metadata", {{"name", set.name}, {"labels", Labels(set)}}},
      {"spec",
       {{"serviceName", set.name},
        {"replicas", set.ids.size()},
        {"podManagementPolicy", "Parallel"},
        {"selector", selector},
        {"template", {{"metadata", {{"labels", Labels(set)}}}, {"spec", PodSpec(set, config)}}}}}};
  Json budget = {{"apiVersion", "policy/v1"},
                 {"kind", "PodDisruptionBudget"},
                 {"metadata", {{"name", set.name}, {"labels", Labels(set)}}},
                 {"spec", {{"maxUnavailable", 1}, {"selector", selector}}}};
  return {std::move(service), std::move(pods), std::move(budget)};
}

Json ScalerManifest(const WorkerSet& set, const FleetConfig& config, const std::string& space) {
  const WorkerConfig& worker = *config.FindWorker(set.ids.front());
  const Json metadata = {
      {"url", fmt::format("http://{}.{}.svc:{}/metrics", set.name, space, kHealthPort)},
      {"format", "prometheus"},
      {"valueLocation", "biglittle_worker_queue_depth"},
      // More than a batch that waits in each of them: another one.
      {"targetValue", std::to_string(worker.max_batch_size)},
      {"aggregateFromKubeServiceEndpoints", "true"},
      {"aggregationType", "sum"}};
  return {{"apiVersion", "keda.sh/v1alpha1"},
          {"kind", "ScaledObject"},
          {"metadata", {{"name", set.name}, {"labels", Labels(set)}}},
          {"spec",
           {{"scaleTargetRef",
             {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"name", set.name}}},
            {"minReplicaCount", 1},
            {"maxReplicaCount", set.ids.size()},
            {"pollingInterval", 5},
            {"cooldownPeriod", 300},
            {"triggers", Json::array({{{"type", "metrics-api"}, {"metadata", metadata}}})}}}};
}

absl::Status WriteKubernetes(const DeployFleet& fleet, const std::filesystem::path& base,
                             const KubernetesOptions& options, const std::filesystem::path& out) {
  std::error_code error;
  if (std::filesystem::exists(out, error)) {
    return absl::AlreadyExistsError(
        fmt::format("{} is there already: name another folder, or remove it", out.string()));
  }
  const SpelledYaml file = ClusterFleet(*fleet.document->root, fleet.config);
  const std::vector<WorkerSet> sets = WorkerSetsOf(Spell(*fleet.document->root));
  if (sets.empty()) {
    return absl::FailedPreconditionError(
        fmt::format("{} has no workers: there is nothing for a cluster", fleet.file.string()));
  }
  const auto bundle = BundleOf(fleet);
  if (!bundle.ok()) return bundle.status();

  Writer writer(out);
  writer.Fail(MakeFolder(out / "fleet", 0755));
  std::filesystem::copy(base, out / "fleet" / "base", std::filesystem::copy_options::recursive,
                        error);
  if (error) return FileTrouble(out / "fleet", "cannot be written", error.value());
  writer.Write("fleet/files/fleet.yaml", WriteYaml(file), kReadableByAll);
  Json fleet_files = Json::array({"fleet.yaml=files/fleet.yaml"});
  std::map<std::string, std::vector<std::string>> secrets;
  for (const BundleFile& part : bundle->files) {
    const std::filesystem::path path(part.path);
    if (part.path == "models.pub") {
      const auto key = ReadSmallFile(part.source);
      writer.Fail(key.status());
      if (key.ok()) writer.Write("fleet/files/models.pub", *key, kReadableByAll);
      fleet_files.push_back("models.pub=files/models.pub");
    } else if (part.path.starts_with("broker/")) {
      const bool settings = path.filename() == "mosquitto.conf";
      writer.Write(std::filesystem::path("fleet/secrets") / kBrokerService / path.filename(),
                   settings ? SettingsOfPod(part.content) : part.content, kOwnerOnly);
      secrets[kBrokerService].push_back(path.filename().string());
    } else if (part.path.starts_with("credentials/worker/")) {
      const std::string id = path.parent_path().filename().string();
      const auto set = std::ranges::find_if(sets, [&](const WorkerSet& candidate) {
        return std::ranges::find(candidate.ids, id) != candidate.ids.end();
      });
      const std::string name = fmt::format("{}.{}", id, path.filename().string());
      writer.Write(std::filesystem::path("fleet/secrets") / set->name / name, part.content,
                   kOwnerOnly);
      secrets[set->name].push_back(name);
    }
  }
  Json resources = Json::array({"base", "workers.yaml"});
  std::vector<Json> workers;
  std::vector<Json> scalers;
  for (const WorkerSet& set : sets) {
    for (Json& manifest : WorkerManifests(set, fleet.config))
      workers.push_back(std::move(manifest));
    // What cannot grow is not scaled.
    if (set.ids.size() > 1) scalers.push_back(ScalerManifest(set, fleet.config, options.space));
  }
  writer.WriteAll("fleet/workers.yaml", workers);
  Json images = Json::array();
  for (const char* image : kImages) {
    images.push_back(
        {{"name", image}, {"newName", options.images + image}, {"newTag", options.tag}});
  }
  Json generated = Json::array();
  for (const auto& [name, files] : secrets) generated.push_back(SecretOf(name, files));
  const Json kustomization = {
      {"apiVersion", "kustomize.config.k8s.io/v1beta1"},
      {"kind", "Kustomization"},
      {"namespace", options.space},
      {"resources", std::move(resources)},
      {"images", std::move(images)},
      {"patches", PortPatches(fleet.config.broker.port)},
      {"configMapGenerator",
       Json::array({{{"name", "biglittle-fleet"}, {"files", std::move(fleet_files)}}})},
      {"secretGenerator", std::move(generated)}};
  writer.WriteAll("fleet/kustomization.yaml", {kustomization});
  if (!scalers.empty()) {
    writer.WriteAll("keda/scalers.yaml", scalers);
    writer.WriteAll("keda/kustomization.yaml",
                    {{{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                      {"kind", "Kustomization"},
                      {"namespace", options.space},
                      {"resources", Json::array({"../fleet", "scalers.yaml"})}}});
  }
  return writer.status();
}

}  // namespace biglittle
