// `biglittle new`: recordings of a sensor, a folder a class, become the arrays that training takes.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "cli/new/recording_windows.h"
#include "device_agent/sources/formats/csv_frames.h"

namespace biglittle {

struct NewOptions {
  std::string task;
  std::filesystem::path from;  // as session_tree.h says
  std::filesystem::path out;   // empty: data/<task>
  CutOptions cut;              // exactly one of samples and length_ms
  CsvFormat csv{.columns = {}};
};

// Writes X.npy [windows, channels, samples], y.npy [windows], labels.txt, and groups.npy [windows],
// a number a session, where there are enough sessions for `train` to hold some back. Tells what
// came of each class. Nothing is written over. Exit codes: core/program/exit_code.h.
int RunNew(const NewOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
