// `biglittle bench nn`: how long the inference engine takes for a model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>

namespace biglittle {

struct BenchNnOptions {
  std::filesystem::path model;
  std::int64_t batch = 1;      // samples a call, >= 1
  std::int64_t threads = 1;    // of the engine, >= 1
  double seconds = 2.0;        // of measuring, in (0, 3600]; a tenth of it comes before, to warm up
  std::filesystem::path json;  // empty: no file
};

// Tells to `out` the median and the least time of an Invoke, how many were timed (see
// cli/bench/call_timing.h for how short ones are), the arena and the peak resident memory of the
// process; the input is seeded random data. The file holds one object: median_us, min_us, runs,
// batch, threads, model, arena_bytes, rss_bytes. Returns the exit code; problems go to `err` in one
// line.
int RunBenchNn(const BenchNnOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
