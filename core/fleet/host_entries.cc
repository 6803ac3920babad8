#include "core/fleet/host_entries.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/fleet/id_template.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxMembers = 10'000;
constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kMaxSshBytes = 320;
// Ids that all patterns of a file may be held against: what a file costs to check.
constexpr std::size_t kMaxLookedAt = 20'000'000;
// As Debian calls them, and deploy/debian/package.py makes packages for.
constexpr std::array<std::string_view, 4> kArchitectures = {"amd64", "arm64", "armhf", "i386"};
constexpr std::array<std::string_view, 2> kReleases = {"bookworm", "trixie"};

template <std::size_t N>
ChoiceShape WordsOf(const std::array<std::string_view, N>& words) {
  ChoiceShape shape;
  for (const std::string_view word : words) shape.words.push_back({word, ""});
  return shape;
}

template <std::size_t N>
Key<HostConfig> WordKey(std::string_view name, std::string HostConfig::*member,
                        const std::array<std::string_view, N>& words, KeyText text) {
  const std::vector<std::string_view> names(words.begin(), words.end());
  const auto read = [name, names](const YamlNode& node, std::string& target, Problems& problems) {
    if (const auto index = ReadChoice(node, name, names, problems)) target = names[*index];
  };
  return KeyReadBy(name, member, read, {WordsOf(words)}, std::move(text),
                   WrittenDefault(HostConfig{}.*member));
}

bool IsOfSsh(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.@:%+~/-").find(c) != std::string_view::npos;
}

// A word that OpenSSH's client takes for a host and never for an option, and no shell for another.
void ReadSsh(const YamlNode& node, std::string& target, Problems& problems) {
  auto text = ReadLine(node, "ssh", kMaxSshBytes, problems);
  if (!text) return;
  std::string word = *text;
  constexpr std::string_view kNumberMark = "{n}";
  for (std::size_t at = word.find(kNumberMark); at != std::string::npos;
       at = word.find(kNumberMark)) {
    word.replace(at, kNumberMark.size(), "0");
  }
  if (word.front() == '-' || !std::ranges::all_of(word, IsOfSsh)) {
    problems.Add(node, fmt::format("'ssh' must be what ssh takes for a host, such as pi@gateway-1, "
                                   "not {}",
                                   Quoted(*text)));
    return;
  }
  target = *std::move(text);
}

void ReadLabels(const YamlNode& node, std::map<std::string, std::string>& labels,
                Problems& problems) {
  if (node.kind != YamlNode::Kind::kMap || node.entries.size() > kMaxLabels) {
    problems.Add(node, fmt::format("'labels' must be a map of {} names at most, each with a text",
                                   kMaxLabels));
    return;
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const auto name = ReadIdentifier(*entry.key, "label", problems);
    auto value = ReadIdentifier(*entry.value, "label", problems);
    if (name && value) labels[*name] = *std::move(value);
  }
}

ListShape IdsShape() {
  return {.least = 1,
          .most = kMaxMembers,
          .without_repeats = true,
          .element = Each({TextShape{.what = "id or pattern",
                                     .pattern = "^([A-Za-z0-9_.*?-]|\\{n\\}){1,64}$"}})};
}

const KeyTable<Copies>& HostEntryKeys() {
  static const KeyTable<Copies> keys = EntryKeys("hosts", kMaxHosts);
  return keys;
}

// Every key but id, count and first.
const KeyTable<HostConfig>& HostKeys() {
  using Host = HostConfig;
  static const KeyTable<Host> keys(
      "host_settings", "",
      {KeyReadBy(
           "ssh", &Host::ssh, ReadSsh,
           {TextShape{.what = "host for OpenSSH's client",
                      .pattern = "^([A-Za-z0-9_.@:%+~/]|\\{n\\})([A-Za-z0-9_.@:%+~/-]|\\{n\\})*$",
                      .longest = kMaxSshBytes}},
           {.help = "where OpenSSH's client reaches it: `user@host`, or an alias of its "
                    "configuration; `{n}` as in the id",
            .absent = "the id"}),
       WordKey("architecture", &Host::architecture, kArchitectures,
               {.help = "of its packages, as `dpkg --print-architecture` says it there"}),
       WordKey("release", &Host::release, kReleases,
               {.help = "of its Debian, whose packages it takes"}),
       OwnKey<Host>("devices", {IdsShape()},
                    {.help = "which run there: ids, patterns with `*` and `?`, or, in a template, "
                             "ids with `{n}`",
                     .absent = "none",
                     .range = fmt::format("1 to {} ids", kMaxMembers)}),
       OwnKey<Host>("workers", {IdsShape()},
                    {.help = "likewise",
                     .absent = "none",
                     .range = fmt::format("1 to {} ids", kMaxMembers)}),
       BoolKey("broker", &Host::broker,
               {.help = "whether the fleet's broker runs there; on one host at most"}),
       KeyReadBy("labels", &Host::labels, ReadLabels, {ByLabelShape{Each({IdentifierShape()})}},
                 {.help = "of your own, by which `deploy --only NAME=VALUE` chooses",
                  .absent = "none"})});
  return keys;
}

// The ids of one kind, and which host has each.
class Members {
 public:
  Members(std::string_view what, std::string_view key, std::vector<std::string> ids)
      : what_(what), key_(key), ids_(std::move(ids)), host_of_(ids_.size(), nullptr) {
    for (std::size_t i = 0; i < ids_.size(); ++i) index_of_.emplace(ids_[i], i);
  }

  // What the list of a copy of an entry means, in the fleet's order; who runs on another host
  // already is reported. `host` must stay.
  std::vector<std::string> Take(const YamlNode& list, const std::string* host, const Copies& copies,
                                std::size_t k, Problems& problems) {
    std::set<std::size_t> taken;
    const auto* items = ReadList(list, key_, 1, kMaxMembers, problems);
    if (items == nullptr) return {};
    for (const YamlNode* item : *items) {
      const auto text = ReadLine(*item, key_, 64, problems);
      if (!text) continue;
      const std::string pattern = copies.is_template ? OfCopy(*text, copies, k) : *text;
      for (const std::size_t member : Meant(*item, pattern, problems)) {
        if (!taken.insert(member).second) continue;
        const std::string* other = std::exchange(host_of_[member], host);
        if (other == nullptr) continue;
        problems.Add(*item, fmt::format("{} {} runs on the host {} already: it runs on one", what_,
                                        Quoted(ids_[member]), Quoted(*other)));
      }
    }
    std::vector<std::string> ids;
    for (const std::size_t member : taken) ids.push_back(ids_[member]);
    return ids;
  }

 private:
  std::vector<std::size_t> Meant(const YamlNode& item, const std::string& pattern,
                                 Problems& problems) {
    std::vector<std::size_t> meant;
    if (pattern.find_first_of("*?") == std::string::npos) {
      if (const auto id = index_of_.find(pattern); id != index_of_.end()) {
        meant.push_back(id->second);
      }
    } else {
      looked_at_ += ids_.size();
      if (looked_at_ > kMaxLookedAt) {
        problems.Add(
            item, fmt::format("too many patterns for {} {}: name ids instead", ids_.size(), key_));
        return meant;
      }
      for (std::size_t i = 0; i < ids_.size(); ++i) {
        if (fnmatch(pattern.c_str(), ids_[i].c_str(), FNM_NOESCAPE) == 0) meant.push_back(i);
      }
    }
    if (!meant.empty()) return meant;
    const std::string near = NearestTo(pattern, ids_);
    problems.Add(item,
                 fmt::format("the fleet has no {} {}{}", what_, Quoted(pattern),
                             near.empty() ? "" : fmt::format("; did you mean {}?", Quoted(near))));
    return meant;
  }

  const std::string_view what_;
  const std::string_view key_;
  const std::vector<std::string> ids_;
  std::unordered_map<std::string_view, std::size_t> index_of_;  // views of ids_
  std::vector<const std::string*> host_of_;                     // one an id; nullptr: none yet
  std::size_t looked_at_ = 0;  // ids that patterns were held against
};

template <typename Config>
std::vector<std::string> IdsOf(const std::vector<Config>& configs) {
  std::vector<std::string> ids;
  for (const Config& config : configs) ids.push_back(config.id);
  return ids;
}

// All that listen on a host, to find two on one port.
class Ports {
 public:
  template <typename Config>
  void Add(std::string_view what, const std::vector<Config>& configs) {
    for (const Config& config : configs) {
      if (!config.health) continue;
      listens_.emplace(fmt::format("{} {}", what, config.id),
                       std::make_pair(config.health->host, config.health->port));
    }
  }
  void Check(const YamlNode& node, const HostConfig& host, Problems& problems) const {
    std::map<std::pair<std::string, std::uint16_t>, std::string> taken;
    const auto check = [&](std::string_view what, const std::vector<std::string>& ids) {
      for (const std::string& id : ids) {
        const auto listens = listens_.find(fmt::format("{} {}", what, id));
        if (listens == listens_.end()) continue;
        const auto [other, is_new] = taken.emplace(listens->second, listens->first);
        if (is_new) continue;
        problems.Add(node, fmt::format("{} and {} would both listen on port {} of the host {}: "
                                       "give one another health port",
                                       other->second, listens->first, listens->second.second,
                                       Quoted(host.id)));
      }
    };
    check("worker", host.workers);
    check("device", host.devices);
  }

 private:
  std::unordered_map<std::string, std::pair<std::string, std::uint16_t>> listens_;
};

class HostReader {
 public:
  HostReader(const std::vector<DeviceConfig>& devices, const std::vector<WorkerConfig>& workers,
             Problems& problems)
      : devices_("device", "devices", IdsOf(devices)),
        workers_("worker", "workers", IdsOf(workers)),
        problems_(problems) {
    ports_.Add("worker", workers);
    ports_.Add("device", devices);
  }

  // One host, or a template of some.
  void Read(const YamlNode& node) {
    MapReader map(node, "host", problems_);
    Copies copies;
    HostEntryKeys().Read(map, copies);
    HostConfig pattern;
    HostKeys().Read(map, pattern);
    const YamlNode* devices = map.Find("devices");
    const YamlNode* workers = map.Find("workers");
    map.Finish();
    const YamlNode* id = map.Find("id");
    if (id == nullptr) return;
    std::size_t k = 0;
    for (std::string& copy : ids_.Unfold(*id, copies, kMaxHosts + 1 - hosts_.size(), problems_)) {
      HostConfig& host = hosts_.emplace_back(pattern);
      host.id = std::move(copy);
      const std::string* name = &names_.emplace_back(host.id);
      host.ssh = pattern.ssh.empty() ? host.id : SshOf(pattern.ssh, copies, k);
      if (devices) host.devices = devices_.Take(*devices, name, copies, k, problems_);
      if (workers) host.workers = workers_.Take(*workers, name, copies, k, problems_);
      CheckHost(node, host);
      ++k;
    }
  }

  std::size_t size() const { return hosts_.size(); }
  std::vector<HostConfig> Take() { return std::move(hosts_); }

 private:
  static std::string SshOf(const std::string& pattern, const Copies& copies, std::size_t k) {
    return copies.is_template ? OfCopy(pattern, copies, k) : pattern;
  }

  void CheckHost(const YamlNode& node, const HostConfig& host) {
    const auto [other, is_new] = host_of_ssh_.emplace(host.ssh, host.id);
    if (!is_new) {
      problems_.Add(node, fmt::format("the hosts {} and {} are both reached by 'ssh' {}: a machine "
                                      "is one host",
                                      Quoted(other->second), Quoted(host.id), Quoted(host.ssh)));
    }
    if (host.broker && !std::exchange(broker_, host.id).empty()) {
      problems_.Add(node, "'broker' is true for a second host: a fleet has one broker");
    }
    ports_.Check(node, host, problems_);
  }

  Members devices_;
  Members workers_;
  Problems& problems_;
  Ports ports_;
  IdTemplates ids_{"host"};
  std::unordered_map<std::string, std::string> host_of_ssh_;
  std::string broker_;
  std::deque<std::string> names_;  // of hosts_, where they stay
  std::vector<HostConfig> hosts_;
};

}  // namespace

std::vector<HostConfig> ReadHosts(const YamlNode& node, const std::vector<DeviceConfig>& devices,
                                  const std::vector<WorkerConfig>& workers, Problems& problems) {
  const auto* items = ReadList(node, "hosts", 0, kMaxHosts, problems);
  if (items == nullptr) return {};
  HostReader reader(devices, workers, problems);
  for (const YamlNode* item : *items) {
    reader.Read(*item);
    if (reader.size() > kMaxHosts) {
      problems.Add(*item, fmt::format("more than {} hosts in all; divide the fleet", kMaxHosts));
      break;
    }
  }
  return reader.Take();
}

std::shared_ptr<const SectionFacts> HostFacts() {
  return JoinedFacts("host", "a machine, or a template for `count` of them",
                     {HostEntryKeys().facts(), HostKeys().facts()});
}

}  // namespace biglittle
