// Tables of samples with a label in each row: a CSV file, or a folder of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/new/recording.h"
#include "device_agent/sources/formats/csv_frames.h"

namespace biglittle {

// A column is named as the header does, or is a number, from 1. A table has a header where one of
// the two is a name, or the format says so.
struct TableOptions {
  std::string label_column;
  std::string group_column;    // empty: each file is a session of its own
  bool skip_bad_rows = false;  // what is no sample is a gap; else it is an error

  bool has_table() const { return !label_column.empty() || !group_column.empty(); }
};

// Rows that follow each other, of one label and one group: what a window may be cut from.
struct LabelledRun {
  Recording recording;
  std::size_t label = 0;    // its place in LabelledTable::labels
  std::size_t session = 0;  // below LabelledTable::sessions
  std::string place;        // file and line, for people
};

struct LabelledTable {
  std::vector<std::string> labels;  // in the order of their bytes, or of their numbers
  std::vector<std::string> channels;
  std::size_t sessions = 0;  // a group of the same name in several files is one
  std::vector<LabelledRun> runs;
  std::uint64_t refused = 0;  // rows that were skipped
  std::vector<std::filesystem::path> passed_over;
};

// `csv`: its columns are the channels, none: all columns but those of label and group; without a
// header they name all columns, `_` those that are no channel. Each file of a folder has the same
// channels, in whatever order its header has them. One line that says file and line where a row
// cannot be read, unless it may be skipped; where a label or a group is empty, a column is missing,
// or there are not at least two labels.
absl::StatusOr<LabelledTable> ReadTable(const std::filesystem::path& from,
                                        const TableOptions& options, const CsvFormat& csv);

}  // namespace biglittle
