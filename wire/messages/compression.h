// zstd around bytes that cross the network.
//
// Thread-safe; a thread that has called keeps zstd's working memory, which is small beside a net's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace biglittle::wire {

// `data` as one zstd frame that says how much it holds; nullopt where that is longer than
// `most_bytes`, which a caller gets to know in about the time of reading the data once.
std::optional<std::string> Compress(std::string_view data, std::size_t most_bytes);

// What a frame holds. Safe against frames of strangers: it writes no more than `most_bytes`,
// whatever the frame says of itself. InvalidArgument: no such frame, one that does not say how much
// it holds or says it wrongly, or more than `most_bytes`. ResourceExhausted: no memory.
absl::StatusOr<std::string> Decompress(std::string_view frame, std::size_t most_bytes);

}  // namespace biglittle::wire
