#include "core/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "fmt/format.h"

#include "core/shown_text.h"

namespace biglittle {
namespace {

// Longer than any that is meant: a path may have 4,096 bytes.
constexpr std::size_t kLongestFile = 4096;
constexpr std::size_t kLongestMessage = 4000;

}  // namespace

std::string ToString(const Diagnostic& diagnostic) {
  const std::string file = Shown(diagnostic.file, kLongestFile);
  const std::string message = Shown(diagnostic.message, kLongestMessage);
  if (diagnostic.line <= 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, diagnostic.line, diagnostic.column, message);
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
