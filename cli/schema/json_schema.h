// The JSON Schema of a file or a message, made of its keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/yaml/key_facts.h"

namespace biglittle {

// Keys of a map that it does not name: wrong in a file, a newer sender's in a message.
enum class OtherKeys : std::uint8_t { kRefused, kIgnored };

// `root` is the outermost map, or those that it may be; the maps inside it become $defs, by their
// ids. Draft 2020-12, with everything that the keys say, as indented text with a line end. `id` and
// `title` are the schema's.
std::string JsonSchemaOf(const ValueShape& root, std::string_view id, std::string_view title,
                         OtherKeys others);

// The same as a part of a larger document, in the words that draft 7 has as well: maps become
// members of `definitions`, which the document has at `at` ("#/components/schemas/").
nlohmann::ordered_json JsonSchemaPart(const ValueShape& shape, OtherKeys others,
                                      std::string_view at, nlohmann::ordered_json& definitions);

}  // namespace biglittle
