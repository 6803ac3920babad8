#pragma once

#include <string>

namespace biglittle {

// The preamble of a NumPy file of format 1.0: magic, version, length of the header, the header as a
// dictionary, filled up with blanks so that the data begin at a multiple of 64. `element` is like
// "<f4", `shape` like "100, 3, 1024" or "100,".
// Source: numpy.org, "NEP 1 - A simple file format for NumPy arrays".
std::string NpyPreamble(const std::string& element, const std::string& shape);

}  // namespace biglittle
