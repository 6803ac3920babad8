#include "cli/deploy/host_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/shown_text.h"

namespace biglittle {
namespace {

std::map<std::string, const ManifestUnit*> ByName(const Manifest& manifest) {
  std::map<std::string, const ManifestUnit*> units;
  for (const ManifestUnit& unit : manifest.units) units.emplace(unit.name, &unit);
  return units;
}

// One line for all files of a credentials' folder or a task.
std::string GroupOf(const std::string& path) {
  if (path.starts_with("credentials/") || path.starts_with("models/")) {
    return path.substr(0, path.rfind('/'));
  }
  return path.starts_with("broker/") ? "broker" : path;
}

std::map<std::string, std::string> ByPath(const Manifest& manifest) {
  std::map<std::string, std::string> files;
  for (const ManifestFile& file : manifest.files) files.emplace(file.path, file.sha256);
  return files;
}

void AddPackageLines(const Manifest& wanted, const Manifest& present,
                     std::vector<std::string>& lines) {
  for (const ManifestPackage& package : wanted.packages) {
    const auto old = std::ranges::find(present.packages, package.name, &ManifestPackage::name);
    if (old == present.packages.end()) {
      lines.push_back(fmt::format("installs {} {}", package.name, package.version));
    } else if (old->version != package.version) {
      lines.push_back(fmt::format("installs {} {} in place of {}", package.name, package.version,
                                  Shown(old->version)));
    } else if (old->sha256 != package.sha256) {
      lines.push_back(
          fmt::format("installs {} {}, which was built anew", package.name, package.version));
    }
  }
}

void AddFileLines(const Manifest& wanted, const Manifest& present,
                  std::vector<std::string>& lines) {
  const auto has = ByPath(present);
  const auto shall = ByPath(wanted);
  std::set<std::string> changed;
  std::set<std::string> gone;
  for (const auto& [path, sha256] : shall) {
    const auto old = has.find(path);
    if (old == has.end() || old->second != sha256) changed.insert(GroupOf(path));
  }
  for (const auto& [path, sha256] : has) {
    if (shall.count(path) == 0) gone.insert(GroupOf(path));
  }
  for (const std::string& group : changed) lines.push_back(fmt::format("writes {}", group));
  for (const std::string& group : gone) {
    if (changed.count(group) == 0) lines.push_back(fmt::format("removes {}", Shown(group)));
  }
}

void AddUnitLines(const Manifest& wanted, const HostDescription& present, HostChanges& changes) {
  const auto moved_from = [&](const std::string& unit) {
    const auto move = std::ranges::find(changes.moves, DeviceOf(unit), &DeviceMove::device);
    return move == changes.moves.end()
               ? std::string()
               : fmt::format(", which moves here from {}", Shown(move->from));
  };
  const auto shall = ByName(wanted);
  if (present.release) {
    for (const ManifestUnit& unit : present.release->manifest.units) {
      if (shall.count(unit.name) > 0) continue;
      changes.lines.push_back(fmt::format("stops {}", Shown(unit.name)));
    }
  }
  for (const ManifestUnit& unit : wanted.units) {
    const ManifestUnit* old = present.FindUnit(unit.name);
    const auto state = present.units.find(unit.name);
    const bool runs = state != present.units.end() && !state->second.starts_with("failed");
    if (old == nullptr) {
      changes.lines.push_back(fmt::format("starts {}{}", unit.name, moved_from(unit.name)));
    } else if (old->digest != unit.digest) {
      changes.lines.push_back(fmt::format("starts {} again", unit.name));
    } else if (!runs) {
      changes.lines.push_back(fmt::format("starts {}, which does not run", unit.name));
    }
  }
}

}  // namespace

Whereabouts WhereDevicesRun(const std::map<std::string, HostDescription>& hosts) {
  Whereabouts where;
  for (const auto& [id, host] : hosts) {
    if (!host.release) continue;
    for (const ManifestUnit& unit : host.release->manifest.units) {
      const std::string device = DeviceOf(unit.name);
      if (!device.empty()) where.emplace(device, id);
    }
  }
  return where;
}

HostChanges ChangesOf(const Manifest& wanted, const HostDescription& present,
                      const Whereabouts& where) {
  HostChanges changes;
  for (const ManifestUnit& unit : wanted.units) {
    const std::string device = DeviceOf(unit.name);
    const auto other = where.find(device);
    if (device.empty() || other == where.end() || other->second == wanted.host) continue;
    if (present.FindUnit(unit.name) != nullptr) continue;
    changes.moves.push_back({.device = device, .from = other->second});
  }
  const Manifest nothing;
  const Manifest& has = present.release ? present.release->manifest : nothing;
  if (present.release && !present.release->confirmed) {
    changes.lines.emplace_back("ends the deployment that was cut short there");
  }
  AddPackageLines(wanted, has, changes.lines);
  AddFileLines(wanted, has, changes.lines);
  AddUnitLines(wanted, present, changes);
  if (changes.lines.empty() && ToText(wanted) != ToText(has)) {
    changes.lines.emplace_back("writes the manifest");
  }
  return changes;
}

std::vector<std::vector<std::string>> WavesOf(std::vector<HostTurn> turns, std::size_t parallel) {
  std::ranges::stable_sort(turns, {}, &HostTurn::rank);
  std::vector<std::vector<std::string>> waves;
  while (!turns.empty()) {
    // Those that somebody else who has not begun comes before.
    std::set<std::string> waiting;
    for (const HostTurn& turn : turns) waiting.insert(turn.before.begin(), turn.before.end());
    const int rank = turns.front().rank;
    std::vector<std::string> wave;
    for (const HostTurn& turn : turns) {
      if (wave.size() < parallel && turn.rank == rank && waiting.count(turn.id) == 0) {
        wave.push_back(turn.id);
      }
    }
    // A circle, or a rank that forbids it: one of them first.
    if (wave.empty()) wave.push_back(turns.front().id);
    std::erase_if(turns, [&](const HostTurn& turn) {
      return std::ranges::find(wave, turn.id) != wave.end();
    });
    waves.push_back(std::move(wave));
  }
  return waves;
}

}  // namespace biglittle
