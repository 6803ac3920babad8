// `biglittle doctor`: what this machine has, what it lacks, and how that is mended.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct DoctorOptions {
  std::filesystem::path config;  // empty: the machine alone
  std::string device;            // of the fleet file; at most one of the two
  std::string worker;
};

// A line a finding: how it is, what, and how it is mended. Returns 1 where something is in trouble.
int RunDoctor(const DoctorOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
