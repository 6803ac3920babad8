// `record` of a device in a fleet file: which windows it keeps on its disk.
#pragma once

#include <cstdint>
#include <filesystem>

namespace biglittle {

enum class RecordEscalated : std::uint8_t { kNone, kAll };

struct RecordConfig {
  std::filesystem::path folder;
  RecordEscalated escalated = RecordEscalated::kAll;
  float others = 0.0F;  // share of the readings that the little net answered
  std::uint64_t max_bytes = 256U << 20U;

  bool operator==(const RecordConfig&) const = default;
};

}  // namespace biglittle
