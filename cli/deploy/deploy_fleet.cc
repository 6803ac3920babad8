#include "cli/deploy/deploy_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

#include "cli/installation.h"
#include "core/diagnostics.h"
#include "core/fleet/fleet_file.h"
#include "core/text.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

// What a bundle brings: their paths are those of the host's release.
constexpr std::array<std::string_view, 3> kBrought = {"models", "models_public_key", "credentials"};

using Sections = std::vector<std::shared_ptr<const SectionFacts>>;

// A walk through a file beside what its tables say of it, which finds the paths.
class PathSearch {
 public:
  explicit PathSearch(Problems& problems) : problems_(problems) {}

  void Look(const YamlNode& node, const ValueShape& shape) {
    if (const auto* map = std::get_if<MapShape>(&shape.kind)) {
      LookInMap(node, map->sections);
    } else if (const auto* list = std::get_if<ListShape>(&shape.kind)) {
      if (list->element) {
        for (const YamlNode* item : node.items) Look(*item, *list->element);
      }
    } else if (const auto* any = std::get_if<AnyOfShape>(&shape.kind)) {
      for (const auto& value : any->values) Look(node, *value);
    }
  }
  void LookInMap(const YamlNode& node, const Sections& sections) {
    for (const YamlNode::Entry& entry : node.entries) {
      for (const auto& section : sections) LookAtKey(entry, *section);
    }
  }

 private:
  void LookAtKey(const YamlNode::Entry& entry, const SectionFacts& section) {
    const auto key = std::ranges::find(section.keys, entry.key->text, &KeyFacts::name);
    if (key == section.keys.end()) return;
    const auto* text = std::get_if<TextShape>(&key->shape.kind);
    if (text == nullptr) return Look(*entry.value, key->shape);
    const bool is_path = text->what == "file" || text->what == "folder" || text->what == "device";
    if (!is_path || std::ranges::find(kBrought, key->name) != kBrought.end()) return;
    if (entry.value->kind != YamlNode::Kind::kScalar || entry.value->text.starts_with('/')) return;
    problems_.Add(*entry.value,
                  fmt::format("'{}' must be an absolute path, for the file lies elsewhere on a "
                              "host, not {}",
                              key->name, Quoted(entry.value->text)));
  }

  Problems& problems_;
};

}  // namespace

absl::Status CheckPathsOfHosts(const YamlNode& root, const std::filesystem::path& file) {
  Problems problems(file.string());
  PathSearch(problems).LookInMap(root, {FleetFacts(AllSources())});
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(ToString(problems.Take()));
}

absl::StatusOr<DeployFleet> LoadDeployFleet(const std::filesystem::path& file,
                                            const SourceKinds* sources) {
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return absl::InvalidArgumentError(ToString(text.problems));
  Parsed<FleetConfig> config = ParseFleet(*text.value, file, sources);
  if (!config.ok()) return absl::InvalidArgumentError(ToString(config.problems));
  DeployFleet fleet;
  fleet.file = file;
  // It was parsed a moment ago.
  fleet.document =
      std::make_shared<YamlDocument>(*std::move(ParseYaml(*text.value, file.string()).value));
  fleet.config = *std::move(config.value);
  fleet.broker_settings = Installation::Find().home / "broker_config" / "development.conf";
  return fleet;
}

absl::Status ExpectHosts(const DeployFleet& fleet) {
  if (!fleet.config.hosts.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} has no 'hosts': say there which machine runs what (docs/deployment.md)",
                  fleet.file.string()));
}

}  // namespace biglittle
