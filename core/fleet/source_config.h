// `source` of a device in a fleet file: what all sources have, and, unseen here, what its type has
// of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/clock.h"

namespace biglittle {

// The own keys of a source's type. Constant once made.
class SourceOptions {
 public:
  virtual ~SourceOptions() = default;
  virtual bool Equals(const SourceOptions& other) const = 0;
};

// Those that are a value with ==.
template <typename Options>
class OptionsOf final : public SourceOptions {
 public:
  explicit OptionsOf(Options options) : options_(std::move(options)) {}

  const Options& get() const { return options_; }
  bool Equals(const SourceOptions& other) const override {
    const auto* same = dynamic_cast<const OptionsOf*>(&other);
    return same != nullptr && same->options_ == options_;
  }

 private:
  const Options options_;
};

// What happens when readings wait for the little net and there is no room for one more. Either way
// the reading that goes has its final result, a fallback with reason overrun. kWait: none goes;
// what the source reads from has to wait, for instance a program at its pipe.
enum class WhenFull : std::uint8_t { kDropOldest, kDropNewest, kWait };

struct SourceConfig {
  std::string type;  // as the file names it
  // Those of the type; shared by the copies of this config, as they are constant. nullptr where the
  // file was read by somebody who does not know the types (core/fleet/source_kinds.h).
  std::shared_ptr<const SourceOptions> options;
  // How many readings, then the device stops. Absent: as many as the source has.
  std::optional<std::uint64_t> readings;
  // Time between two readings. 0: as fast as the device classifies, waiting while as many
  // escalations are pending as allowed.
  Milliseconds interval{100};
  std::size_t queue_capacity = 64;  // readings that wait for the little net
  WhenFull when_full = WhenFull::kDropOldest;

  bool operator==(const SourceConfig& other) const;
};

// The options of a source whose type has `Options`; nullptr if it has others or none.
template <typename Options>
const Options* OptionsIn(const SourceConfig& source) {
  const auto* options = dynamic_cast<const OptionsOf<Options>*>(source.options.get());
  return options == nullptr ? nullptr : &options->get();
}

}  // namespace biglittle
