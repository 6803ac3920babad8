#include "core/version.h"

namespace biglittle {

std::string_view Version() { return BIGLITTLE_VERSION; }

}  // namespace biglittle
