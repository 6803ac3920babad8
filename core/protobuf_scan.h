// A look at a protobuf of a stranger's before it is parsed: what parsing it would cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace google::protobuf {
class Descriptor;
}

namespace biglittle {

enum class ProtobufScan : std::uint8_t { kFits, kTooManyItems, kTooManyFields, kBroken };

// What a list of numbers in packed form counts as.
enum class PackedNumbers : std::uint8_t {
  kOneField,    // where their bytes are bounded otherwise
  kEachAField,  // but those of a fixed size, which are only copied: sixteen as one
};

// What a message may have.
struct ProtobufBudget {
  std::size_t max_fields = 0;
  PackedNumbers packed = PackedNumbers::kOneField;
  // Of the message's own field with this number, where it is not 0: at most so many. It is told
  // first, for it says more.
  int items = 0;
  std::size_t max_items = 0;
};

// Counts the fields of a serialised message of type `type` and of the messages inside it, those
// that the type does not know included: protobuf keeps them. Each field costs the parser an object
// of up to some 200 bytes although it may take only 2 on the wire, so a small message could ask for
// a hundred times its size. Groups, which no message of ours has, are kBroken. Allocates nothing;
// the time is linear in the bytes, and ends with the budget.
ProtobufScan ScanProtobuf(std::string_view bytes, const google::protobuf::Descriptor& type,
                          const ProtobufBudget& budget);

}  // namespace biglittle
