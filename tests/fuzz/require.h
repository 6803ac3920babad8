// A fuzz target's check: ends the program, which is how a fuzzer learns of a finding.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace biglittle {

inline void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace biglittle
