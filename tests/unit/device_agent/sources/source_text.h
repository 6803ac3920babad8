// A `source` as a fleet file has it, read.
#pragma once

#include <filesystem>
#include <string>

#include "core/diagnostics.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/source_config.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

struct SourceRead {
  SourceConfig config;
  std::string problems;  // a line each; empty: none
};

// Of a map in one line, such as "{type: exec, command: [x]}".
inline SourceRead ReadSource(const std::string& source) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.Write(
      "fleet.yaml", "version: 1\nfleet: f\nmodels: " +
                        (std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "models").string() +
                        "\nworkers:\n  - {id: w, tasks: [vibration]}\ndevices:\n  - id: d\n    "
                        "task: vibration\n    source: " +
                        source + "\n");
  auto fleet = LoadFleet(file, &AllSources());
  SourceRead read{{}, ToString(fleet.problems)};
  if (fleet.ok()) read.config = fleet.value->devices.front().source;
  return read;
}

}  // namespace biglittle
