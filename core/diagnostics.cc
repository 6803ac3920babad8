#include "core/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "fmt/format.h"

namespace biglittle {

std::string ToString(const Diagnostic& diagnostic) {
  if (diagnostic.line <= 0) return fmt::format("{}: {}", diagnostic.file, diagnostic.message);
  return fmt::format("{}:{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.column,
                     diagnostic.message);
}

std::string ToString(const std::vector<Diagnostic>& diagnostics) {
  std::vector<const Diagnostic*> ordered;
  ordered.reserve(diagnostics.size());
  for (const Diagnostic& diagnostic : diagnostics) ordered.push_back(&diagnostic);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return std::tie(a->file, a->line, a->column) < std::tie(b->file, b->line, b->column);
  });
  std::string text;
  for (const Diagnostic* diagnostic : ordered) {
    if (!text.empty()) text.push_back('\n');
    text += ToString(*diagnostic);
  }
  return text;
}

}  // namespace biglittle
