// Frames as lines of JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "device_agent/sources/formats/frame_reader.h"
#include "device_agent/sources/formats/line_splitter.h"

namespace biglittle {

struct NdjsonFormat {
  // A JSON pointer (RFC 6901) a channel, "" for the whole line. Where one leads to an array it has
  // that many frames, and all must have as many.
  std::vector<std::string> fields;
  // A JSON pointer to the time of the last frame of the line, or to an array, a time a frame;
  // absent: none.
  std::optional<std::string> time;
  TimeUnit time_unit = TimeUnit::kSeconds;

  bool operator==(const NdjsonFormat&) const = default;
};

// Refuses a line that is no JSON ("json"), lacks a field ("missing"), has one that is no finite
// number or array of them ("number"), arrays of different lengths ("lengths"), and one that is too
// long ("line"). A time that is missing or no finite number is told as OnNoTime, and its frames are
// taken. Empty lines say nothing.
class NdjsonFrames final : public FrameReader {
 public:
  // InvalidArgument, in one line: a pointer that is none.
  static absl::Status Check(const NdjsonFormat& format);

  // Demands that Check is OK.
  explicit NdjsonFrames(NdjsonFormat format);
  ~NdjsonFrames() override;

  std::size_t channels() const override { return format_.fields.size(); }
  absl::Status Read(std::string_view bytes, FrameSink& sink) override;
  absl::Status Finish(FrameSink& sink) override;
  void Reset() override { lines_.Reset(); }

 private:
  void ReadLine(std::string_view line, FrameSink& sink);
  void Give(const nlohmann::json& line, std::string_view text, FrameSink& sink);

  const NdjsonFormat format_;
  std::vector<nlohmann::json_pointer<std::string>> pointers_;  // the fields, as parsed
  std::vector<nlohmann::json_pointer<std::string>> time_;      // at most one, likewise
  LineSplitter lines_;
  std::vector<float> frames_;
};

}  // namespace biglittle
