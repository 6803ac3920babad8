#include "wire/reading_count.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <limits>

#include "biglittle/v1/escalation.pb.h"

namespace biglittle::wire {

using google::protobuf::internal::WireFormatLite;

std::optional<std::size_t> CountReadings(std::string_view request, std::size_t most) {
  if (request.size() > std::numeric_limits<int>::max()) return std::nullopt;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(request.data()),
                                            static_cast<int>(request.size()));
  std::size_t count = 0;
  while (const std::uint32_t tag = in.ReadTag()) {
    const bool reading =
        WireFormatLite::GetTagFieldNumber(tag) == v1::EscalationRequest::kReadingsFieldNumber;
    if (reading && ++count > most) return count;
    if (!WireFormatLite::SkipField(&in, tag)) return std::nullopt;
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  return count;
}

}  // namespace biglittle::wire
