// A name for one run of a program: numbers that start again with the run are unique together with
// it.
#pragma once

#include <string>

namespace biglittle {

// 16 random hex digits, different for every call. Not a secret. Thread-safe.
std::string NewRunId();

}  // namespace biglittle
