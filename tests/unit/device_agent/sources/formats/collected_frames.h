// What a reader finds, for tests.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "device_agent/sources/formats/frame_reader.h"

namespace biglittle {

struct CollectedFrames final : FrameSink {
  void OnFrames(std::span<const float> frames) override {
    values.insert(values.end(), frames.begin(), frames.end());
  }
  void OnTime(double seconds) override { times.push_back(seconds); }
  void OnNoTime(const std::string& what) override { no_times.push_back(what); }
  void OnRefused(std::string_view reason, const std::string& what) override {
    reasons.emplace_back(reason);
    said.push_back(what);
  }

  std::vector<float> values;
  std::vector<double> times;
  std::vector<std::string> no_times;
  std::vector<std::string> reasons;
  std::vector<std::string> said;
};

// All of `text` at once, and to the end.
inline CollectedFrames ReadWhole(FrameReader& reader, std::string_view text) {
  CollectedFrames found;
  if (reader.Read(text, found).ok()) static_cast<void>(reader.Finish(found));
  return found;
}

// The same, in pieces of any size.
inline CollectedFrames ReadInPieces(FrameReader& reader, std::string_view text, Random& random) {
  CollectedFrames found;
  while (!text.empty()) {
    const auto size = static_cast<std::size_t>(random.Below(8)) + 1;
    static_cast<void>(reader.Read(text.substr(0, size), found));
    text.remove_prefix(std::min(size, text.size()));
  }
  static_cast<void>(reader.Finish(found));
  return found;
}

}  // namespace biglittle
