// Frames as NumPy's arrays, one behind the other, each a whole window.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "device_agent/sources/arrays/data_array.h"
#include "device_agent/sources/formats/frame_reader.h"

namespace biglittle {

struct NpyFormat {
  bool operator==(const NpyFormat&) const = default;
};

// A frame is the window of the array's shape, value by value, so that it has as many channels as
// `shape` has values. Refuses what is no array ("array"), one of another shape ("shape"; dimensions
// of 1 in front do not count), one with elements that no window has or that are not finite
// ("number"), and at the end a part of one ("part").
class NpyFrames final : public FrameReader {
 public:
  explicit NpyFrames(Shape shape);

  std::size_t channels() const override { return values_.size(); }
  absl::Status Read(std::string_view bytes, FrameSink& sink) override;
  absl::Status Finish(FrameSink& sink) override;
  void Reset() override;

 private:
  // True if something was taken off rest_ and there may be more.
  bool TakeOne(FrameSink& sink);
  void TakeArray(const DataArray& array, FrameSink& sink);

  const Shape shape_;
  std::string rest_;  // less than an array of our shape, or what has still to be looked at
  std::size_t passed_over_ = 0;  // bytes of an array that is not ours, still to come
  bool lost_ = false;            // nothing since the last refusal looked like an array
  std::vector<float> values_;
};

}  // namespace biglittle
