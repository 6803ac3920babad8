#include "cloud_worker/backends/backend_registry.h"

#include "cloud_worker/backends/engine/engine_model.h"

namespace biglittle {
namespace {

constexpr Backend kBackends[] = {
    {"engine", &EngineModel::Load},  // nn/
};

}  // namespace

const Backend& DefaultBackend() { return kBackends[0]; }

}  // namespace biglittle
