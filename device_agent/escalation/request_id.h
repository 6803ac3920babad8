// What a request is called on its way to the workers and back.
#pragma once

#include <string>
#include <string_view>

namespace biglittle {

// "<run>/<32 hex digits>": 128 random bits, so that nobody can answer a request that he was not
// given. The run in front lets a worker put the answers to several requests of one run into one
// message. Thread-safe. Throws std::system_error if the kernel has no random bits.
std::string NewRequestId(std::string_view run);

}  // namespace biglittle
