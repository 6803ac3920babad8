// A type of source: a row of the registry (source_registry.cc). To add one, write a folder beside
// this file with its options (a struct with ==), their key table, its source, a PolledSource or a
// LiveSource, and a function that returns its row:
//
//   const DeviceSourceKind& VibrationKind() {
//     static const SourceRow<VibrationSource> row("vibration", VibrationKeys(), OfCopy, Make);
//     return row;
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/fleet/source_kinds.h"
#include "core/task/task.h"
#include "core/yaml/key_table.h"
#include "device_agent/sources/device_source.h"
#include "device_agent/sources/source_shares.h"

namespace biglittle {

// All functions are thread-safe, but for what Make does with `shares`.
class DeviceSourceKind : public SourceKind {
 public:
  // A source of this kind that fits `task`; it may outlive all arguments. Errors: what is wrong
  // whatever happens, such as files that cannot be read, or windows or labels that are not the
  // task's.
  virtual absl::StatusOr<DeviceSource> Make(const SourceConfig& config, const Task& task,
                                            SourceShares& shares) const = 0;
};

template <typename Options>
class SourceRow final : public DeviceSourceKind {
 public:
  // Makes of the options of copy 0 those of copy k.
  using OfCopyFunction = void (*)(Options& options, std::uint64_t k);
  using MakeFunction = absl::StatusOr<DeviceSource> (*)(const Options& options,
                                                        const SourceConfig& config,
                                                        const Task& task, SourceShares& shares);

  // `type` is a literal; `keys` must stay.
  SourceRow(std::string_view type, const KeyTable<Options>& keys, OfCopyFunction of_copy,
            MakeFunction make)
      : type_(type), keys_(keys), of_copy_(of_copy), make_(make) {}

  std::string_view type() const override { return type_; }
  const std::shared_ptr<const SectionFacts>& keys() const override { return keys_.facts(); }

  std::shared_ptr<const SourceOptions> Read(MapReader& map,
                                            const SourceOptions* before) const override {
    Options options = before == nullptr ? Options{} : OptionsFrom(*before);
    keys_.Read(map, options);
    return std::make_shared<const OptionsOf<Options>>(std::move(options));
  }
  std::shared_ptr<const SourceOptions> OfCopy(const SourceOptions& first,
                                              std::uint64_t k) const override {
    Options options = OptionsFrom(first);
    of_copy_(options, k);
    return std::make_shared<const OptionsOf<Options>>(std::move(options));
  }
  absl::StatusOr<DeviceSource> Make(const SourceConfig& config, const Task& task,
                                    SourceShares& shares) const override {
    const Options* options = OptionsIn<Options>(config);
    if (options == nullptr) return absl::InternalError("the source's own keys were not read");
    return make_(*options, config, task, shares);
  }

 private:
  static Options OptionsFrom(const SourceOptions& options) {
    return dynamic_cast<const OptionsOf<Options>&>(options).get();
  }

  const std::string_view type_;
  const KeyTable<Options>& keys_;
  const OfCopyFunction of_copy_;
  const MakeFunction make_;
};

}  // namespace biglittle
