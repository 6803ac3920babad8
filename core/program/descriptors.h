// File descriptors, of which a process with many devices may have too few.
#pragma once

#include <cstddef>

#include "absl/status/status.h"

namespace biglittle {

// About how many more this process may open now: exact where there are no gaps among those that are
// open. Thread-safe.
std::size_t DescriptorsLeft();

// Unavailable, with the mend.
absl::Status TooFewDescriptors();

}  // namespace biglittle
