#include "wire/home_assistant_topics.h"

#include <fmt/format.h>

#include <iterator>
#include <span>

#include "core/digest.h"

namespace biglittle::wire {
namespace {

constexpr bool StaysAsItIs(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-';
}

// Behind a low line there are two digits, never another low line: "__" stands between the names.
void AppendEscaped(std::string_view name, std::string& out) {
  for (const char character : name) {
    if (StaysAsItIs(character)) {
      out += character;
    } else {
      fmt::format_to(std::back_inserter(out), "_{:02x}", static_cast<unsigned char>(character));
    }
  }
}

}  // namespace

std::string ObjectId(std::string_view fleet, std::string_view device) {
  std::string id = "biglittle_";
  AppendEscaped(fleet, id);
  id += "__";
  AppendEscaped(device, id);
  if (id.size() <= kMaxObjectIdBytes) return id;
  const std::string both = fmt::format("{}/{}", fleet, device);
  return "biglittle-" + Sha256(std::as_bytes(std::span(both)));
}

std::string DiscoveryTopic(std::string_view prefix, std::string_view object_id) {
  return fmt::format("{}/device/{}/config", prefix, object_id);
}

}  // namespace biglittle::wire
