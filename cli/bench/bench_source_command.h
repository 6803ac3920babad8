// `biglittle bench source`: what a live source costs beyond a replay.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace biglittle {

struct BenchSourceOptions {
  std::filesystem::path models;  // where har is; empty: those shipped
  double seconds = 10.0;         // of measuring, in (0, 600]
  std::filesystem::path json;    // empty: no file
};

// Tells a table; the file holds one object: task, turns, windows, replay_us, live_us,
// live_more_us, raw_us, raw_more_us,
// csv_us, csv_more_us (cli/bench/source_cost.h). Returns the exit code; problems go to `err` in one
// line.
int RunBenchSource(const BenchSourceOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
