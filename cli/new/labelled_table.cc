#include "cli/new/labelled_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "cli/new/listed_folder.h"
#include "cli/new/table_columns.h"
#include "core/read_file.h"
#include "core/shown_text.h"
#include "core/task/label.h"
#include "core/text.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostValues = kMaxDataBytes / sizeof(float);

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// In the order in which they came.
class Names {
 public:
  std::size_t Of(std::string_view name) {
    const auto [at, is_new] = places_.emplace(name, names_.size());
    if (is_new) names_.emplace_back(name);
    return at->second;
  }
  // Takes the next place, without a name.
  std::size_t OfNobody() {
    names_.emplace_back();
    return names_.size() - 1;
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<std::string> names_;
};

// Reads one table after the other.
class TableReader {
 public:
  TableReader(const TableOptions& options, const CsvFormat& csv)
      : options_(options),
        csv_(csv),
        wanted_{options.label_column, options.group_column, csv.columns},
        has_header_(csv.header || !ColumnNumber(options.label_column) ||
                    !(options.group_column.empty() || ColumnNumber(options.group_column))) {}

  // Errors in one line that begins with the file.
  absl::Status Read(const fs::path& file);
  void PassOver(const fs::path& path) { table_.passed_over.push_back(path); }
  absl::StatusOr<LabelledTable> Take();

 private:
  absl::Status ReadLines(std::string_view text);
  absl::Status ReadLine(std::string_view line);
  absl::Status FindColumns(std::string_view line);
  absl::Status ReadRow(const std::vector<std::string_view>& fields);
  absl::Status ReadValues(const std::vector<std::string_view>& fields);
  absl::Status BeginRun(std::string_view label, std::string_view group);
  void Gap();
  void SortLabels();

  const TableOptions& options_;
  const CsvFormat& csv_;
  WantedColumns wanted_;  // of the next file: the channels are those of the first one
  const bool has_header_;

  // Of the file that is read.
  std::string file_;
  std::size_t line_ = 0;
  std::optional<TableColumns> columns_;
  std::string header_;
  std::optional<std::size_t> own_session_;  // of the file, where there are no groups
  bool in_run_ = false;                     // the last run may go on

  std::vector<float> frame_;
  std::size_t values_ = 0;  // of all runs
  Names labels_;
  Names groups_;
  LabelledTable table_;
};

absl::Status TableReader::Read(const fs::path& file) {
  file_ = Shown(file.string());
  const absl::StatusOr<std::string> content = ReadWholeFile(file, kMaxRecordingBytes);
  if (!content.ok()) {
    return {content.status().code(),
            fmt::format("{}: {}", file_, std::string(content.status().message()))};
  }
  line_ = 0;
  columns_.reset();
  own_session_.reset();
  in_run_ = false;
  const std::size_t before = table_.runs.size();
  if (absl::Status read = ReadLines(WithoutByteOrderMark(*content)); !read.ok()) {
    return {read.code(), fmt::format("{}, line {}: {}", file_, line_, std::string(read.message()))};
  }
  if (table_.runs.size() > before) return absl::OkStatus();
  return Wrong(fmt::format("{}: it has no samples", file_));
}

absl::Status TableReader::ReadLines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    if (absl::Status read = ReadLine(line); !read.ok()) return read;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return absl::OkStatus();
}

absl::Status TableReader::ReadLine(std::string_view line) {
  if (CsvSaysNothing(line)) return absl::OkStatus();
  if (!columns_) {
    if (absl::Status found = FindColumns(line); !found.ok() || has_header_) return found;
  }
  if (has_header_ && line == header_) return absl::OkStatus();
  const std::vector<std::string_view> fields = CsvFields(line, csv_.delimiter);
  absl::Status read = ReadRow(fields);
  if (read.ok() || !options_.skip_bad_rows || absl::IsResourceExhausted(read)) return read;
  Gap();
  return absl::OkStatus();
}

absl::Status TableReader::FindColumns(std::string_view line) {
  const std::vector<std::string_view> fields = CsvFields(line, csv_.delimiter);
  auto columns =
      has_header_ ? ColumnsByName(wanted_, fields) : ColumnsByNumber(wanted_, fields.size());
  if (!columns.ok()) return columns.status();
  columns_ = *std::move(columns);
  header_ = line;
  frame_.resize(columns_->channels.size());
  if (table_.channels.empty()) {
    table_.channels = columns_->channel_names;
    if (has_header_) wanted_.channels = table_.channels;
  }
  return absl::OkStatus();
}

absl::Status TableReader::ReadRow(const std::vector<std::string_view>& fields) {
  if (fields.size() != columns_->count) {
    return Wrong(fmt::format("the row has {} columns, not {}{}", fields.size(), columns_->count,
                             fields.size() > columns_->count && csv_.delimiter == ','
                                 ? "; is a comma the decimal mark? Then save it with another "
                                   "delimiter, for instance ;, and pass --delimiter and --decimal"
                                 : ""));
  }
  if (absl::Status read = ReadValues(fields); !read.ok()) return read;
  const std::string_view label = fields[columns_->label];
  const std::string_view group = columns_->group ? fields[*columns_->group] : std::string_view{};
  if (absl::Status begun = BeginRun(label, group); !begun.ok()) return begun;
  values_ += frame_.size();
  if (values_ > kMostValues) {
    return absl::ResourceExhaustedError(fmt::format(
        "there are more than {} MiB of samples; pass fewer of them", kMaxDataBytes >> 20U));
  }
  std::vector<float>& frames = table_.runs.back().recording.frames;
  frames.insert(frames.end(), frame_.begin(), frame_.end());
  return absl::OkStatus();
}

absl::Status TableReader::ReadValues(const std::vector<std::string_view>& fields) {
  for (std::size_t i = 0; i < frame_.size(); ++i) {
    const std::string_view field = fields[columns_->channels[i]];
    const std::optional<double> number = CsvNumber(field, csv_.decimal);
    frame_[i] = static_cast<float>(number.value_or(0.0));
    if (number && std::isfinite(frame_[i])) continue;
    const bool comma = csv_.decimal == '.' && CsvNumber(field, ',');
    return Wrong(fmt::format("{} of {} is no finite number: {}", Quoted(field),
                             Quoted(columns_->channel_names[i]),
                             comma ? "where a comma is the decimal mark, pass --decimal ,"
                                   : "mend it, pass --skip-bad-rows, or name the channels by "
                                     "--columns"));
  }
  return absl::OkStatus();
}

// Unless the last run goes on.
absl::Status TableReader::BeginRun(std::string_view label, std::string_view group) {
  if (label.empty() || (columns_->group && group.empty())) {
    return Wrong(fmt::format("the {} is empty: fill it in, or pass --skip-bad-rows",
                             label.empty() ? "label" : "group"));
  }
  if (!IsLabel(label)) {
    return Wrong(fmt::format("{} cannot be a label, which is printable UTF-8 of at most {} bytes",
                             Quoted(label), kMaxLabelBytes));
  }
  const std::size_t label_place = labels_.Of(label);
  if (labels_.all().size() > kMaxLabels) {
    return absl::ResourceExhaustedError(
        fmt::format("there are more than {} labels: is --label-column the right one?", kMaxLabels));
  }
  if (!columns_->group && !own_session_) own_session_ = groups_.OfNobody();
  const std::size_t session = columns_->group ? groups_.Of(group) : *own_session_;
  if (in_run_ && table_.runs.back().label == label_place && table_.runs.back().session == session) {
    return absl::OkStatus();
  }
  table_.runs.push_back({.recording = {.channels = frame_.size()},
                         .label = label_place,
                         .session = session,
                         .place = fmt::format("{}, line {}", file_, line_)});
  in_run_ = true;
  return absl::OkStatus();
}

// A row that is no sample, whoever's it is.
void TableReader::Gap() {
  ++table_.refused;
  if (!in_run_) return;
  Recording& recording = table_.runs.back().recording;
  recording.gaps.push_back(recording.frames.size() / recording.channels);
}

absl::StatusOr<LabelledTable> TableReader::Take() {
  const std::size_t count = labels_.all().size();
  if (count < 2) {
    return Wrong(fmt::format("all rows have the label {}; there must be 2 to {}",
                             count == 0 ? "''" : Quoted(labels_.all()[0]), kMaxLabels));
  }
  SortLabels();
  table_.sessions = groups_.all().size();
  return std::move(table_);
}

// Numbers by their value, so that 10 comes behind 9.
void TableReader::SortLabels() {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < labels_.all().size(); ++i) order.push_back(i);
  const bool numbers = std::ranges::all_of(
      labels_.all(), [](const std::string& label) { return ColumnNumber(label).has_value(); });
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const std::string& one = labels_.all()[a];
    const std::string& other = labels_.all()[b];
    return numbers ? ColumnNumber(one) < ColumnNumber(other) : one < other;
  });
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    table_.labels.push_back(labels_.all()[order[i]]);
  }
  for (LabelledRun& run : table_.runs) run.label = place[run.label];
}

}  // namespace

absl::StatusOr<LabelledTable> ReadTable(const fs::path& from, const TableOptions& options,
                                        const CsvFormat& csv) {
  TableReader reader(options, csv);
  if (!IsFolder(from)) {
    if (absl::Status read = reader.Read(from); !read.ok()) return read;
    return reader.Take();
  }
  const auto entries = ListFolder(from);
  if (!entries.ok()) return entries.status();
  bool any = false;
  for (const fs::path& entry : *entries) {
    if (IsFolder(entry) || !HasLines(entry)) {
      reader.PassOver(entry);
      continue;
    }
    if (absl::Status read = reader.Read(entry); !read.ok()) return read;
    any = true;
  }
  if (any) return reader.Take();
  return Wrong(fmt::format("{} has no tables: .csv or .txt files", Shown(from.string())));
}

}  // namespace biglittle
