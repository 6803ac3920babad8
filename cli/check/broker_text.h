// What a person does not see in a Mosquitto configuration, and Mosquitto takes literally.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"

namespace biglittle {

// A byte order mark, tabs between words and invisible characters, each line's first at its place.
// Comments may hold what they like. `file` is only for the places.
std::vector<Diagnostic> InvisibleInBrokerFile(std::string_view text, const std::string& file);

}  // namespace biglittle
