#include "wire/messages/snapshot.h"

#include <gtest/gtest.h>

#include <chrono>

#include <nlohmann/json.hpp>

#include "tests/support/tiny_task.h"

namespace biglittle::wire {
namespace {

TEST(SnapshotTest, JsonIsThatOfTheContract) {
  const Snapshot snapshot{.sequence = 42,
                          .task = "tiny",
                          .window = TinyWindow({0.1F, -2.0F, 1e-20F, 3.0F}),
                          .class_index = -1,
                          .label = "other",
                          .confidence = 0.5F,
                          .decided_by = "fallback",
                          .captured_at = WallTime(std::chrono::milliseconds(1700000000123))};
  const auto json = nlohmann::json::parse(Encode(snapshot));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "sequence": 42, "task": "tiny", "dtype": "float32", "shape": [4],
    "window": [0.1, -2, 1e-20, 3], "class": -1, "label": "other", "confidence": 0.5,
    "decided_by": "fallback", "captured_at": "2023-11-14T22:13:20.123Z"})"));
}

TEST(SnapshotTest, BytesAndWordsAreWholeNumbers) {
  Snapshot snapshot;
  snapshot.window = {DType::kUint8, {2}, {std::byte{255}, std::byte{0}}};
  EXPECT_EQ(nlohmann::json::parse(Encode(snapshot))["window"], nlohmann::json({255, 0}));
  snapshot.window = {DType::kInt16, {1}, {std::byte{0xfe}, std::byte{0xff}}};
  EXPECT_EQ(nlohmann::json::parse(Encode(snapshot))["window"], nlohmann::json({-2}));
}

}  // namespace
}  // namespace biglittle::wire
