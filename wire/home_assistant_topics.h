// The names under which devices show themselves in Home Assistant; docs/wire.md has the table.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace biglittle::wire {

// Home Assistant takes longer ones; what is made of one (unique ids, entities' ids) must stay below
// its 255 characters.
inline constexpr std::size_t kMaxObjectIdBytes = 128;

// What a device of a fleet is called there: of A-Z a-z 0-9 _ and -, at most kMaxObjectIdBytes, and
// no two devices of any fleets have the same one. "biglittle_plant-7__pump-1"; a dot is _2e, a
// low line _5f. Where that is too long, "biglittle-" and the SHA-256 of both names.
std::string ObjectId(std::string_view fleet, std::string_view device);

// Where the device of that object id shows itself: retained; empty: it is there no more.
std::string DiscoveryTopic(std::string_view prefix, std::string_view object_id);

}  // namespace biglittle::wire
