// `biglittle watch`: a fleet's results, line by line, as they come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace biglittle {

struct WatchOptions {
  std::filesystem::path config;  // a fleet file; or else the three below
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::string fleet;
  std::string as;                      // the dashboard whose credentials it uses; empty: none
  bool json = false;                   // print the results as they came instead
  std::optional<std::uint64_t> count;  // end after so many
};

// Runs until interrupted, or until `count` results were seen; connects when it can. Returns the
// exit code; problems go to `err` in one line.
int RunWatch(const WatchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
