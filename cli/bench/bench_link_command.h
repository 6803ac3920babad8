// `biglittle bench link`: what an escalation costs beyond its net, next to the least that two
// processes can do over the same broker.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct BenchLinkOptions {
  std::string task = "fashion-mnist";  // whose readings' type and shape
  std::filesystem::path models;        // where that task is; empty: those shipped
  double seconds = 5.0;                // of each figure, all rounds together, in (0, 600]
  std::size_t window = 256;            // 1 to 1000 readings under way at once
  std::filesystem::path json;          // empty: no file
};

// Starts a broker, a worker whose net costs nothing and, where it was built, the floor
// (link_floor); then broker and worker again with the production configuration, certificates and
// all. Measures in interleaved rounds: round trips one at a time, over TLS too, and readings a
// second with the window open. Figures are the medians over the rounds. Tells a table; the file
// holds one object: round_trip_us, tls_round_trip_us, floor_us (p50 and p99 each), tls_ratio (of
// the p50s, to plain), readings_per_s, floor_messages_per_s, stages (p50 and p99 each, in us),
// task, request_bytes, reply_bytes, window, rounds, local_reading_us (agent_thread,
// process, net: link/local_cost.h); those of a floor that was not built are null. Returns the exit
// code; problems go to `err` in one line.
int RunBenchLink(const BenchLinkOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
