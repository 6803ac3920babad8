// Which readings of a user's own data a demo replays: none that the nets were trained on, unless
// nobody knows, which is said.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle {

// The folder to replay from: `data`, or, where it holds X and y that task `task` of `models` was
// trained on, a new folder in `scratch` with the test part of them. Says on `out` what was chosen,
// where it is not plainly the test files. Errors: as of reading and writing arrays; what is not
// there MakeDemoFleet says.
absl::StatusOr<std::filesystem::path> DemoReadings(const std::string& task,
                                                   const std::filesystem::path& models,
                                                   const std::filesystem::path& data,
                                                   const std::filesystem::path& scratch,
                                                   std::ostream& out);

}  // namespace biglittle
