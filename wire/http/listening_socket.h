// A TCP socket that takes connections.
#pragma once

#include "absl/status/statusor.h"

#include "core/descriptor.h"
#include "core/fleet/health_config.h"

namespace biglittle::wire {

// Non-blocking. Not OK, in one line that says the mend, if nothing can listen there.
absl::StatusOr<Descriptor> Listen(const HealthConfig& where);

}  // namespace biglittle::wire
