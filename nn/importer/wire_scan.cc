#include "nn/importer/wire_scan.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace biglittle::nn {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr int kMaxDepth = 64;

class Scanner {
 public:
  Scanner(google::protobuf::io::CodedInputStream& stream, std::size_t max_fields)
      : stream_(stream), left_(max_fields) {}

  // Reads to the end of the stream, or of the message that a limit marks.
  WireScan Scan(const Descriptor& type, int depth) {
    while (const std::uint32_t tag = stream_.ReadTag()) {
      if (left_-- == 0) return WireScan::kTooManyFields;
      if (const WireScan field = ScanField(type, tag, depth); field != WireScan::kFits) {
        return field;
      }
    }
    return stream_.ConsumedEntireMessage() ? WireScan::kFits : WireScan::kBroken;
  }

 private:
  WireScan ScanField(const Descriptor& type, std::uint32_t tag, int depth) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      return WireFormatLite::SkipField(&stream_, tag) ? WireScan::kFits : WireScan::kBroken;
    }
    std::uint32_t length = 0;
    if (!stream_.ReadVarint32(&length)) return WireScan::kBroken;
    const auto size = static_cast<int>(length);
    const int remaining = stream_.BytesUntilLimit();
    if (size < 0 || size > remaining) return WireScan::kBroken;
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    if (field == nullptr || field->message_type() == nullptr) {
      return stream_.Skip(size) ? WireScan::kFits : WireScan::kBroken;
    }
    if (depth == kMaxDepth) return WireScan::kTooManyFields;
    const auto outer = stream_.PushLimit(size);
    const WireScan inside = Scan(*field->message_type(), depth + 1);
    stream_.PopLimit(outer);
    return inside;
  }

  google::protobuf::io::CodedInputStream& stream_;
  std::size_t left_;
};

}  // namespace

WireScan ScanWire(std::span<const std::byte> bytes, const Descriptor& type,
                  std::size_t max_fields) {
  const auto size = static_cast<int>(bytes.size());
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                size);
  stream.PushLimit(size);
  return Scanner(stream, max_fields).Scan(type, 0);
}

}  // namespace biglittle::nn
