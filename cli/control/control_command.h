// `biglittle control`: asks devices of a fleet to pause, to be set otherwise, to show a window, and
// prints what each answers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace biglittle {

struct ControlOptions {
  std::filesystem::path config;  // a fleet file
  std::string device;            // an id of it, or a pattern: pump-*
  std::string verb;
  std::vector<std::string> settings;  // KEY=VALUE
  std::string lasts;                  // "8h"; empty: until it is taken back
  std::string as;                     // the operator whose credentials it uses; empty: none
  std::int64_t timeout_ms = 5000;
  bool json = false;  // what the devices sent instead, a line each
};

// Returns the exit code: 0 all answered that it is done, 1 one of them refused or said nothing, 2
// bad input. Problems go to `err` in one line.
int RunControl(const ControlOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
