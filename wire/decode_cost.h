// What a stranger's message may cost before anything is built of it: an empty reading takes two
// bytes on the wire and some seventy in memory, and zstd makes millions of them of a few hundred
// bytes.
//
// Pure function, thread-safe. For use inside wire/ only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace biglittle::wire {

enum class DecodeCost : std::uint8_t { kFits, kTooManyItems, kTooMuch, kBroken };

struct DecodeBudget {
  std::size_t max_items = 0;   // of the repeated field `items`
  int items = 0;               // its number
  std::size_t max_fields = 0;  // of the whole message, as ScanProtobuf counts them
};

// Whether the serialised message of type `type` may be parsed. Time linear in its bytes.
DecodeCost CostOf(std::string_view message, const google::protobuf::Descriptor& type,
                  const DecodeBudget& budget);

}  // namespace biglittle::wire
