// How many readings a request has, told from its bytes before anything is built of them: an empty
// reading takes two bytes on the wire and some seventy in memory, and a stranger may send millions.
//
// Pure function, thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace biglittle::wire {

// nullopt if the bytes are no protobuf. Stops counting beyond `most`.
std::optional<std::size_t> CountReadings(std::string_view request, std::size_t most);

}  // namespace biglittle::wire
