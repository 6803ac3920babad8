// The console's page as files that any web server serves.
#pragma once

#include <filesystem>

#include "absl/status/status.h"

#include "cli/dashboard/page_settings.h"
#include "cli/installation.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

// Writes index.html, app.js, app.css and settings.json to `folder`, which is made if it is missing;
// files of these names are replaced. The page's policy lets it connect to the settings' url and to
// nobody else. FailedPrecondition: the page was not built; errors of ToPageJson; Internal: it
// cannot be written.
absl::Status WritePage(const Installation& installation, const FleetConfig& fleet,
                       const PageSettings& settings, const std::filesystem::path& folder);

}  // namespace biglittle
