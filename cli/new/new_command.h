// `biglittle new`: recordings of a sensor, a folder a class or tables with a label in each row,
// become the arrays that training takes.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "cli/new/labelled_table.h"
#include "cli/new/recording_windows.h"
#include "device_agent/sources/formats/csv_frames.h"

namespace biglittle {

struct NewOptions {
  std::string task;
  std::filesystem::path from;  // as session_tree.h says, or labelled_table.h
  std::filesystem::path out;   // empty: data/<task>
  TableOptions table;          // without a label's column: a folder a class
  CutOptions cut;              // exactly one of samples and length_ms
  CsvFormat csv{.columns = {}};
};

// Writes X.npy [windows, channels, samples], y.npy [windows], labels.txt; groups.npy [windows], a
// number a session, where there are enough sessions for `train` to hold some back; and input.json
// (input_settings.h) where the rate is known. Tells what came of each class. Nothing is written
// over. Exit codes: core/program/exit_code.h.
int RunNew(const NewOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
