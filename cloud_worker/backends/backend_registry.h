// The backends that big nets can be computed with, a row each in backend_registry.cc.
#pragma once

#include "cloud_worker/backends/served_model.h"

namespace biglittle {

// The one that computes every task's net: the first row.
const Backend& DefaultBackend();

}  // namespace biglittle
