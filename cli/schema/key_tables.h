// The tables of keys in a Markdown file, between marks:
//
//   <!-- keys: escalation -->
//   <!-- end -->
//
// The name after `keys:` is a section's id. `sources` is the own keys of all types of sources, a
// table each.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace biglittle {

// `markdown` with all such tables written anew. InvalidArgument: a mark that names no section, or
// has no end.
absl::StatusOr<std::string> WithKeyTables(std::string_view markdown);

}  // namespace biglittle
