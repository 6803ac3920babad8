#include "device_agent/sources/formats/csv_frames.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool SaysNothing(std::string_view line) {
  const std::string_view text = Trimmed(line);
  return text.empty() || text.front() == '#';
}

std::size_t CountChannels(const CsvFormat& format) {
  return format.columns.size() -
         static_cast<std::size_t>(std::ranges::count(format.columns, CsvFrames::kSkipped));
}

}  // namespace

std::vector<std::string_view> CsvFields(std::string_view line, char delimiter) {
  std::vector<std::string_view> fields;
  if (delimiter == ' ') {
    constexpr std::string_view kBlank = " \t";
    for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
      fields.push_back(Trimmed(line.substr(at, end - at)));
      at = line.find_first_not_of(kBlank, end);
    }
    return fields;
  }
  for (;;) {
    const std::size_t end = std::min(line.find(delimiter), line.size());
    fields.push_back(Trimmed(line.substr(0, end)));
    if (end == line.size()) return fields;
    line.remove_prefix(end + 1);
  }
}

CsvFrames::CsvFrames(CsvFormat format)
    : format_(std::move(format)), channels_(CountChannels(format_)), frame_(channels_) {
  Reset();
}

void CsvFrames::Reset() {
  lines_.Reset();
  header_.clear();
  places_.clear();
  columns_ = format_.columns.size();
  if (format_.header) return;
  for (std::size_t i = 0; i < format_.columns.size(); ++i) {
    if (format_.columns[i] != kSkipped) places_.push_back(i);
  }
}

absl::Status CsvFrames::Read(std::string_view bytes, FrameSink& sink) {
  absl::Status status;
  lines_.Split(
      bytes,
      [&](std::string_view line) {
        status = ReadLine(line, sink);
        return status.ok();
      },
      [&] {
        sink.OnRefused("line",
                       fmt::format("a line is longer than {} bytes", LineSplitter::kMaxLineBytes));
      });
  return status;
}

absl::Status CsvFrames::Finish(FrameSink& sink) {
  absl::Status status;
  lines_.Finish([&](std::string_view line) {
    status = ReadLine(line, sink);
    return true;
  });
  return status;
}

absl::Status CsvFrames::ReadLine(std::string_view line, FrameSink& sink) {
  if (SaysNothing(line)) return absl::OkStatus();
  if (format_.header && header_.empty()) return ReadHeader(line);
  if (format_.header && line == header_) return absl::OkStatus();
  const std::vector<std::string_view> fields = CsvFields(line, format_.delimiter);
  if (fields.size() != columns_) {
    sink.OnRefused("columns", fmt::format("a line has {} columns, not {}: {}", fields.size(),
                                          columns_, Quoted(line)));
    return absl::OkStatus();
  }
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    const std::string_view field = fields[places_[channel]];
    const std::optional<float> number = Number(field);
    if (!number) {
      sink.OnRefused("number", fmt::format("{} is no finite number, in the line {}", Quoted(field),
                                           Quoted(line)));
      return absl::OkStatus();
    }
    frame_[channel] = *number;
  }
  sink.OnFrames(frame_);
  return absl::OkStatus();
}

absl::Status CsvFrames::ReadHeader(std::string_view line) {
  const std::vector<std::string_view> names = CsvFields(line, format_.delimiter);
  for (const std::string& column : format_.columns) {
    if (column == kSkipped) continue;
    const auto at = std::ranges::find(names, column);
    if (at == names.end()) {
      return absl::InvalidArgumentError(
          fmt::format("the header has no column {}: it is {}; mend 'columns', or 'header: false'",
                      Quoted(column), Quoted(line)));
    }
    places_.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  columns_ = names.size();
  header_ = line;
  return absl::OkStatus();
}

std::optional<float> CsvFrames::Number(std::string_view field) const {
  constexpr std::size_t kLongest = 64;
  if (field.empty() || field.size() > kLongest) return std::nullopt;
  if (field.front() == '+') field.remove_prefix(1);
  std::string text(field);
  if (format_.decimal != '.') {
    if (text.find('.') != std::string::npos) return std::nullopt;
    std::ranges::replace(text, format_.decimal, '.');
  }
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const auto value = static_cast<float>(number);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace biglittle
