// The keys of a map of a file, each said once: its name, what may be written, what it means, and
// where it goes. `Section` is the struct that the map becomes; what it holds when it is made is the
// default.
//
//   const KeyTable<EscalationPacking>& PackingKeys() {
//     static const KeyTable<EscalationPacking> keys(
//         "packing", "how readings that are escalated together share requests",
//         {WholeKey("max_readings", &EscalationPacking::max_readings, {1, 256}, {.help = "..."}),
//          ...});
//     return keys;
//   }
//
// The kinds of keys are in key_kinds.h. Tables are constant once made, so any thread may read them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

template <typename Section>
struct Key {
  // Takes the key's value into the section, or reports what is wrong with it.
  using Read = std::function<void(const YamlNode& value, Section& section, Problems& problems)>;

  KeyFacts facts;
  Read read;  // empty: whoever reads the section asks the map for the key
};

template <typename Section>
class KeyTable {
 public:
  // What only several keys together can tell, or set.
  using Check = void (*)(MapReader& map, Section& section);

  KeyTable(std::string_view id, std::string help, std::vector<Key<Section>> keys,
           Check check = nullptr)
      : check_(check) {
    SectionFacts facts{.id = id, .help = std::move(help), .keys = {}};
    for (Key<Section>& key : keys) {
      facts.keys.push_back(std::move(key.facts));
      reads_.push_back(std::move(key.read));
    }
    facts_ = std::make_shared<const SectionFacts>(std::move(facts));
  }

  // Asks the map for every key. What it does not have, or has wrongly, stays as it was; what it
  // must have and has not is reported.
  void Read(MapReader& map, Section& section) const {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      const KeyFacts& key = facts_->keys[i];
      const YamlNode* value =
          key.need == Need::kRequired ? map.Require(key.name) : map.Find(key.name);
      if (value != nullptr && reads_[i]) reads_[i](*value, section, map.problems());
    }
    if (check_ != nullptr) check_(map, section);
  }

  const std::shared_ptr<const SectionFacts>& facts() const { return facts_; }

 private:
  std::shared_ptr<const SectionFacts> facts_;
  std::vector<typename Key<Section>::Read> reads_;  // one a key
  Check check_;
};

// A map that has the keys of one table and no others; messages call it `name`.
template <typename Section>
void ReadSection(const YamlNode& node, std::string_view name, const KeyTable<Section>& keys,
                 Section& section, Problems& problems) {
  MapReader map(node, name, problems);
  keys.Read(map, section);
  map.Finish();
}

}  // namespace biglittle
