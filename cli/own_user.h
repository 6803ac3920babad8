#pragma once

#include <optional>
#include <string>

namespace biglittle {

// The user that this process runs as, whom a broker that it starts should stay; nullopt if the
// system has no name for it.
std::optional<std::string> OwnUserName();

}  // namespace biglittle
