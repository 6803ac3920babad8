// The window behind a result, as a device shows it to whoever asked.
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/tensor.h"
#include "core/yaml/key_facts.h"

namespace biglittle::wire {

struct Snapshot {
  std::uint64_t sequence = 0;
  std::string task;
  Tensor window;
  // Of the reading's final result.
  int class_index = 0;
  std::string label;
  float confidence = 0.0F;
  std::string decided_by;
  WallTime captured_at;
};

// JSON: {"sequence": 42, "task": ..., "dtype": "float32", "shape": [3, 1024], "window": [...],
// "class": 0, "label": ..., "confidence": ..., "decided_by": ..., "captured_at": ...}. Numbers of
// the window row by row, each with the fewest digits that read back as the same value.
std::string Encode(const Snapshot& snapshot);
// Its fields.
std::shared_ptr<const SectionFacts> SnapshotFacts();

}  // namespace biglittle::wire
