#include "wire/decode_cost.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>

#include "core/protobuf_scan.h"

namespace biglittle::wire {
namespace {

using google::protobuf::internal::WireFormatLite;

DecodeCost CountItems(std::string_view message, const DecodeBudget& budget) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  std::size_t count = 0;
  std::size_t fields = 0;
  while (const std::uint32_t tag = in.ReadTag()) {
    const bool item = WireFormatLite::GetTagFieldNumber(tag) == budget.items;
    if (item && ++count > budget.max_items) return DecodeCost::kTooManyItems;
    // Counting costs too.
    if (++fields > budget.max_fields) return DecodeCost::kTooMuch;
    if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_START_GROUP) {
      return DecodeCost::kBroken;
    }
    if (!WireFormatLite::SkipField(&in, tag)) return DecodeCost::kBroken;
  }
  return in.ConsumedEntireMessage() ? DecodeCost::kFits : DecodeCost::kBroken;
}

}  // namespace

DecodeCost CostOf(std::string_view message, const google::protobuf::Descriptor& type,
                  const DecodeBudget& budget) {
  if (message.size() > std::numeric_limits<int>::max()) return DecodeCost::kBroken;
  if (const DecodeCost items = CountItems(message, budget); items != DecodeCost::kFits) {
    return items;
  }
  switch (ScanProtobuf(message, type, budget.max_fields, PackedNumbers::kEachAField)) {
    case ProtobufScan::kFits:
      return DecodeCost::kFits;
    case ProtobufScan::kTooManyFields:
      return DecodeCost::kTooMuch;
    case ProtobufScan::kBroken:
      break;
  }
  return DecodeCost::kBroken;
}

}  // namespace biglittle::wire
