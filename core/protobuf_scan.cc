#include "core/protobuf_scan.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace biglittle {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr int kMaxDepth = 64;

class Scanner {
 public:
  Scanner(google::protobuf::io::CodedInputStream& stream, const ProtobufBudget& budget)
      : stream_(stream), budget_(budget), left_(budget.max_fields), items_left_(budget.max_items) {}

  // Reads to the end of the stream, or of the message that a limit marks.
  ProtobufScan Scan(const Descriptor& type, int depth) {
    while (const std::uint32_t tag = stream_.ReadTag()) {
      const bool item = depth == 0 && WireFormatLite::GetTagFieldNumber(tag) == budget_.items;
      if (item && items_left_-- == 0) return ProtobufScan::kTooManyItems;
      if (!Charge(1)) return ProtobufScan::kTooManyFields;
      if (const ProtobufScan field = ScanField(type, tag, depth); field != ProtobufScan::kFits) {
        return field;
      }
    }
    return stream_.ConsumedEntireMessage() ? ProtobufScan::kFits : ProtobufScan::kBroken;
  }

 private:
  bool Charge(std::size_t fields) {
    if (fields > left_) return false;
    left_ -= fields;
    return true;
  }
  ProtobufScan ScanField(const Descriptor& type, std::uint32_t tag, int depth) {
    const auto wire_type = WireFormatLite::GetTagWireType(tag);
    if (wire_type == WireFormatLite::WIRETYPE_START_GROUP) return ProtobufScan::kBroken;
    if (wire_type != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      return WireFormatLite::SkipField(&stream_, tag) ? ProtobufScan::kFits : ProtobufScan::kBroken;
    }
    std::uint32_t length = 0;
    if (!stream_.ReadVarint32(&length)) return ProtobufScan::kBroken;
    const auto size = static_cast<int>(length);
    const int remaining = stream_.BytesUntilLimit();
    if (size < 0 || size > remaining) return ProtobufScan::kBroken;
    const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    if (field != nullptr && !Charge(Numbers(*field, static_cast<std::size_t>(size)))) {
      return ProtobufScan::kTooManyFields;
    }
    if (field == nullptr || field->message_type() == nullptr) {
      return stream_.Skip(size) ? ProtobufScan::kFits : ProtobufScan::kBroken;
    }
    if (depth == kMaxDepth) return ProtobufScan::kTooManyFields;
    const auto outer = stream_.PushLimit(size);
    const ProtobufScan inside = Scan(*field->message_type(), depth + 1);
    stream_.PopLimit(outer);
    return inside;
  }

  // What `size` bytes of numbers in packed form count as beyond their one field.
  std::size_t Numbers(const FieldDescriptor& field, std::size_t size) const {
    if (budget_.packed == PackedNumbers::kOneField || !field.is_packable()) return 0;
    switch (field.type()) {
      case FieldDescriptor::TYPE_FLOAT:
      case FieldDescriptor::TYPE_FIXED32:
      case FieldDescriptor::TYPE_SFIXED32:
        return size / (4 * kFixedAField);
      case FieldDescriptor::TYPE_DOUBLE:
      case FieldDescriptor::TYPE_FIXED64:
      case FieldDescriptor::TYPE_SFIXED64:
        return size / (8 * kFixedAField);
      default:
        return size;  // a byte each, at least
    }
  }

  static constexpr std::size_t kFixedAField = 16;

  google::protobuf::io::CodedInputStream& stream_;
  const ProtobufBudget& budget_;
  std::size_t left_;
  std::size_t items_left_;
};

}  // namespace

ProtobufScan ScanProtobuf(std::string_view bytes, const Descriptor& type,
                          const ProtobufBudget& budget) {
  if (bytes.size() > std::numeric_limits<int>::max()) return ProtobufScan::kBroken;
  const auto size = static_cast<int>(bytes.size());
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                size);
  stream.PushLimit(size);
  return Scanner(stream, budget).Scan(type, 0);
}

}  // namespace biglittle
