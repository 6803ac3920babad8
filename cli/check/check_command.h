// `biglittle check FILE`: every problem of a fleet, task or broker file, at its place.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace biglittle {

// Checks a fleet file with every task that it names, or a task file (or the folder that holds one);
// the keys tell which it is. Model files must be there and have the digests that task.yaml names;
// that they are nets which fit the task shows `inspect`, that data files fit the device agent's
// start. Problems go to `err`, one a line, as "file:line:column: message" or, where there is no
// place, "file: message". Returns 0 after one line of summary to `out`, or 2.
//
// A file whose name ends in .conf is a Mosquitto configuration. What opens the broker is a problem;
// what loses messages in silence is told to `err` as "warning: ...", and 0 is returned.
int RunCheck(const std::filesystem::path& file, std::ostream& out, std::ostream& err);

}  // namespace biglittle
