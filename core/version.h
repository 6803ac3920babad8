// Which release of BigLittle this is, as semantic versioning has it: "0.1.0".
#pragma once

#include <string_view>

namespace biglittle {

std::string_view Version();

}  // namespace biglittle
