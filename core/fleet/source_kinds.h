// The types of sources that there are, as far as a fleet file is concerned. The sources themselves,
// and the only registry of them, are in device_agent/sources/.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/fleet/source_config.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

// Who implements it: constant once made, all functions thread-safe.
class SourceKind {
 public:
  virtual ~SourceKind() = default;

  // As `type` of a `source` names it; a literal.
  virtual std::string_view type() const = 0;
  // Its own keys, and what it is. A key that a device needs but may leave to the device_defaults is
  // kHereOrInDefaults, and missed by whoever reads the device.
  virtual const std::shared_ptr<const SectionFacts>& keys() const = 0;
  // Asks the map for the own keys. What it does not have stays as in `before`, which are options of
  // this kind; nullptr: the defaults.
  virtual std::shared_ptr<const SourceOptions> Read(MapReader& map,
                                                    const SourceOptions* before) const = 0;
  // Copy k (1, 2, ...) of a template sees other data than copy 0, whose options `first` are.
  virtual std::shared_ptr<const SourceOptions> OfCopy(const SourceOptions& first,
                                                      std::uint64_t k) const = 0;
};

class SourceKinds {
 public:
  // They must outlive this, and have a type each.
  explicit SourceKinds(std::vector<const SourceKind*> kinds) : kinds_(std::move(kinds)) {}

  const std::vector<const SourceKind*>& all() const { return kinds_; }
  // nullptr if there is none of that type.
  const SourceKind* Find(std::string_view type) const;

 private:
  const std::vector<const SourceKind*> kinds_;
};

}  // namespace biglittle
