// What the tag of a published message says of it, so that whoever must hear of its fate does.
//
// Pure functions.
#pragma once

#include <cstdint>

namespace biglittle {

enum class TagKind : std::uint8_t {
  kResult,       // value: the key of the first result in it; 2 or more, below 2^63
  kLostResults,  // value: how many results, of a device without a store, are in it
  kRequest,      // value: the sequence number in its request id
  kStatus,       // value: 0
  kEntry,        // in Home Assistant; value: the outlet's own
};

struct DeliveryTag {
  TagKind kind = TagKind::kResult;
  std::uint64_t value = 0;

  bool operator==(const DeliveryTag&) const = default;
};

// The keys of results come from SQLite, and so leave the first bit free; the kind is behind it.
inline constexpr unsigned kTagKindShift = 60;
inline constexpr std::uint64_t kTagKindMask = 7;
inline constexpr std::uint64_t kTagMark = std::uint64_t{1} << 63U;
inline constexpr std::uint64_t kTagValue = (std::uint64_t{1} << kTagKindShift) - 1;

// Never 0. `value` beyond 60 bits, which no device lives to count, is cut, but for a result's.
constexpr std::uint64_t ToTag(DeliveryTag tag) {
  if (tag.kind == TagKind::kResult) return tag.value;
  return kTagMark | std::uint64_t{static_cast<std::uint8_t>(tag.kind)} << kTagKindShift |
         (tag.value & kTagValue);
}

constexpr DeliveryTag FromTag(std::uint64_t tag) {
  if ((tag & kTagMark) == 0) return {TagKind::kResult, tag};
  return {static_cast<TagKind>(tag >> kTagKindShift & kTagKindMask), tag & kTagValue};
}

}  // namespace biglittle
