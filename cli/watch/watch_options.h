// What stands behind `biglittle watch`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace biglittle {

struct WatchOptions {
  std::filesystem::path config;  // a fleet file; or else the three below
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::string fleet;
  std::string as;                      // the dashboard whose credentials it uses; empty: none
  bool json = false;                   // print the results as they came instead
  std::optional<std::uint64_t> count;  // end after so many
  bool top = false;                    // a line a device on the whole terminal instead

  std::string device;  // an id, or a pattern: pump-*; empty: all
  std::string label;   // of this class alone; empty: of all
  std::string since;   // as ParseSince (since_words.h); empty: whenever
  // Of `top`: labels that mean that all is well (cli/fleet_tasks.h); empty: those of common words.
  std::vector<std::string> normal;
};

}  // namespace biglittle
