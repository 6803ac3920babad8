#include "core/plural_words.h"

#include <fmt/format.h>

namespace biglittle {

std::string PluralWords(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace biglittle
