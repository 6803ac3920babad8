// The JSON Schema of a file, made of its keys.
#pragma once

#include <string>
#include <string_view>

#include "core/yaml/key_facts.h"

namespace biglittle {

// `root` is the file's outermost map; the maps inside it become $defs, by their ids. Draft 2020-12,
// with everything that the keys say, as indented text with a line end. `id` and `title` are the
// schema's.
std::string JsonSchemaOf(const SectionFacts& root, std::string_view id, std::string_view title);

}  // namespace biglittle
