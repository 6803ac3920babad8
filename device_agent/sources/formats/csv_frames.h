// Frames as lines of numbers with a delimiter between them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "device_agent/sources/formats/frame_reader.h"
#include "device_agent/sources/formats/line_splitter.h"

namespace biglittle {

struct CsvFormat {
  // Of the channels, in their order. With a header they are looked up in it; without one they name
  // all columns, and kSkipped stands for one that is no channel.
  std::vector<std::string> columns = {"value"};
  char delimiter = ',';  // any ASCII character but those of numbers; ' ' stands for any white space
  bool header = false;   // the first line names the columns
  char decimal = '.';    // or ','
  std::string time;      // the column with the sample's time, which is no channel; empty: none
  TimeUnit time_unit = TimeUnit::kSeconds;

  bool operator==(const CsvFormat&) const = default;
};

// The fields of a line without its end, blanks and quotes around them removed.
std::vector<std::string_view> CsvFields(std::string_view line, char delimiter);
// An empty line, or one that begins with #.
bool CsvSaysNothing(std::string_view line);
// A field as CsvFields gives it; nullopt: it is no finite number.
std::optional<double> CsvNumber(std::string_view field, char decimal);

// The time's column is looked up as the channels' are. A time that is no finite number is told as
// OnNoTime, and its frame taken. Refuses a line with too few or too many columns, a field that is
// no finite number, and a line that is too long: reasons "columns", "number", "line". Empty lines
// and those that begin with # say nothing. A header that lacks a column ends the reading; one that
// comes again is passed over.
class CsvFrames final : public FrameReader {
 public:
  static constexpr std::string_view kSkipped = "_";

  // InvalidArgument, in one line: a time that is none of the columns.
  static absl::Status Check(const CsvFormat& format);

  // Demands that Check is OK.
  explicit CsvFrames(CsvFormat format);

  std::size_t channels() const override { return channels_; }
  absl::Status Read(std::string_view bytes, FrameSink& sink) override;
  absl::Status Finish(FrameSink& sink) override;
  void Reset() override;

 private:
  absl::Status ReadLine(std::string_view line, FrameSink& sink);
  absl::Status ReadHeader(std::string_view line);
  bool IsChannel(std::string_view column) const;
  void ReadTime(std::string_view field, std::string_view line, FrameSink& sink) const;

  const CsvFormat format_;
  const std::size_t channels_;
  LineSplitter lines_;
  std::vector<std::size_t> places_;  // of the channels among the columns
  std::size_t time_place_ = 0;       // likewise, where there is a time
  std::size_t columns_ = 0;          // of a line
  std::string header_;               // empty: not yet seen
  std::vector<float> frame_;
};

}  // namespace biglittle
