// A look at a protobuf before it is parsed: how many fields it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace google::protobuf {
class Descriptor;
}

namespace biglittle::nn {

enum class WireScan : std::uint8_t { kFits, kTooManyFields, kBroken };

// Counts the fields of a serialised message of type `type` and of the messages inside it. Each
// field costs the parser an object of up to some 200 bytes although it may take only 2 in the file,
// so a small file could ask for a hundred times its size. Allocates nothing. Lists of numbers in
// packed form count as one field.
WireScan ScanWire(std::span<const std::byte> bytes, const google::protobuf::Descriptor& type,
                  std::size_t max_fields);

}  // namespace biglittle::nn
