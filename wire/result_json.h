// A result written as JSON, as docs/wire.md describes it. For use inside wire/ only.
//
// Written by hand: protobuf's own mapping, which reads it back, costs a device more than its little
// net may.
#pragma once

#include <string>

#include "wire/result.h"

namespace biglittle::wire {

// Appends one line without its end: the fields in the order of the .proto file, all that are not
// optional. Numbers are the shortest that read back as the same value; bytes that are not UTF-8
// become U+FFFD. Thread-safe.
void AppendJson(const Result& result, std::string& out);

}  // namespace biglittle::wire
