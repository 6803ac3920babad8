#include "cli/deploy/host_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/fleet/id_template.h"
#include "core/text.h"

namespace biglittle {
namespace {

using Ids = std::unordered_set<std::string>;

// The number of the first copy of `entry` whose id `matches`.
template <typename Matches>
std::optional<std::size_t> FindCopy(const SpelledYaml& entry, Matches matches) {
  const Copies copies = CopiesOf(entry);
  const std::string pattern = PlainText(entry["id"]);
  if (!copies.is_template) return matches(pattern) ? std::optional<std::size_t>(0) : std::nullopt;
  for (std::size_t k = 0; k < copies.count; ++k) {
    if (matches(OfCopy(pattern, copies, k))) return k;
  }
  return std::nullopt;
}

void KeepOnly(SpelledYaml& file, const char* list, const std::vector<std::string>& ids) {
  if (!file.contains(list)) return;
  const Ids wanted(ids.begin(), ids.end());
  SpelledYaml kept = SpelledYaml::array();
  for (const SpelledYaml& entry : file[list]) {
    if (FindCopy(entry, [&](const std::string& id) { return wanted.contains(id); })) {
      kept.push_back(entry);
    }
  }
  if (kept.empty()) {
    file.erase(list);
  } else {
    file[list] = std::move(kept);
  }
}

// The file with one entry of `list`, as the copy of this id has it.
std::string WordsOf(SpelledYaml file, const char* list, const std::string& id) {
  for (SpelledYaml& entry : file[list]) {
    const auto copy = FindCopy(entry, [&](const std::string& other) { return other == id; });
    if (!copy) continue;
    SpelledYaml own = entry;
    own.erase("count");  // how many others there are is nothing to this one
    file[list] = SpelledYaml::array({std::move(own)});
    return fmt::format("{}{} {}\n", WriteYaml(file), id, *copy);
  }
  return "";
}

}  // namespace

Copies CopiesOf(const SpelledYaml& entry) {
  Copies copies;
  if (!entry.contains("count")) return copies;
  copies.is_template = true;
  copies.count = ParseNumber<std::size_t>(PlainText(entry["count"])).value_or(1);
  if (entry.contains("first")) {
    copies.first = ParseNumber<std::uint64_t>(PlainText(entry["first"])).value_or(1);
  }
  return copies;
}

SpelledYaml HostFleet(const YamlNode& file, const HostConfig& host, const std::string& place) {
  SpelledYaml own = Spell(file);
  own.erase("hosts");
  if (host.workers.empty()) {
    KeepOnly(own, "devices", host.devices);
    own.erase("workers");
  }
  own["models"] = SpelledText(place + "/models");
  if (own.contains("models_public_key")) {
    own["models_public_key"] = SpelledText(place + "/models.pub");
  }
  if (own.contains("broker") && own["broker"].is_object() && own["broker"].contains("tls")) {
    SpelledYaml& tls = own["broker"]["tls"];
    if (tls.is_object()) tls["credentials"] = SpelledText(place + "/credentials/{role}/{id}");
  }
  return own;
}

std::string DeviceWords(const SpelledYaml& host_file, const std::string& id) {
  SpelledYaml file = host_file;
  file.erase("workers");
  return WordsOf(std::move(file), "devices", id);
}

std::string WorkerWords(const SpelledYaml& host_file, const std::string& id) {
  return WordsOf(host_file, "workers", id);
}

}  // namespace biglittle
