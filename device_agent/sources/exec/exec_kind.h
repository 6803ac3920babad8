#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "core/yaml/key_table.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/stream_options.h"

namespace biglittle {

inline constexpr char kExecType[] = "exec";

struct ExecOptions : StreamOptions {
  std::vector<std::string> command;  // the program, then its arguments
  Milliseconds restart_delay{1000};

  bool operator==(const ExecOptions&) const = default;
};

const KeyTable<ExecOptions>& ExecKeys();
// A program that prints samples.
const DeviceSourceKind& ExecKind();

}  // namespace biglittle
