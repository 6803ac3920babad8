#include "device_agent/sources/arrays/npy_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::array<std::pair<std::string_view, ElementType>, 8> kDescriptions{{
    {"|u1", ElementType::kUint8},
    {"|i1", ElementType::kInt8},
    {"<u2", ElementType::kUint16},
    {"<i2", ElementType::kInt16},
    {"<u4", ElementType::kUint32},
    {"<i4", ElementType::kInt32},
    {"<i8", ElementType::kInt64},
    {"<f4", ElementType::kFloat32},
}};

absl::Status Malformed(std::string_view what) {
  return absl::DataLossError(fmt::format("the .npy header is damaged: {}", what));
}

// Takes tokens from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool Take(std::string_view token) {
    SkipBlanks();
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::string_view> TakeString() {
    SkipBlanks();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::int64_t> TakeNumber() {
    SkipBlanks();
    std::int64_t number = 0;
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return std::nullopt;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (result.ec != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    return number;
  }

  bool AtEnd() {
    SkipBlanks();
    return rest_.empty();
  }

 private:
  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  std::string_view rest_;
};

absl::StatusOr<ElementType> TypeFromDescription(std::string_view description) {
  for (const auto& [known, type] : kDescriptions) {
    const bool same_order = known == description;
    const bool other_order = description.starts_with('>') && known.starts_with('<') &&
                             known.substr(1) == description.substr(1);
    if (same_order || other_order) return type;
  }
  return absl::UnimplementedError(
      fmt::format("elements of type {} are not read; save windows as uint8, int16 or float32 with "
                  "astype, labels as integers of at most 8 bytes (not uint64)",
                  Quoted(description)));
}

absl::StatusOr<Shape> TakeShape(Scanner& scanner) {
  if (!scanner.Take("(")) return Malformed("'shape' is not a tuple");
  Shape shape;
  while (!scanner.Take(")")) {
    const auto dimension = scanner.TakeNumber();
    if (!dimension) return Malformed("'shape' has an element that is not a number");
    shape.push_back(*dimension);
    if (shape.size() > kMaxDataDimensions) {
      return absl::UnimplementedError(
          fmt::format("arrays of more than {} dimensions are not read", kMaxDataDimensions));
    }
    if (scanner.Take(",")) continue;
    if (scanner.Take(")")) break;
    return Malformed("'shape' has no end");
  }
  return shape;
}

// What the entries seen so far have said.
struct Entries {
  std::optional<std::string> description;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

absl::Status TakeEntry(Scanner& scanner, Entries& entries) {
  const auto key = scanner.TakeString();
  if (!key || !scanner.Take(":")) return Malformed("a key is missing");
  if (*key == "descr" && !entries.description) {
    const auto text = scanner.TakeString();
    if (!text) {
      return absl::UnimplementedError("records are not read; save one plain array a file");
    }
    entries.description.emplace(*text);
    return absl::OkStatus();
  }
  if (*key == "fortran_order" && !entries.fortran_order) {
    entries.fortran_order = scanner.Take("True");
    if (*entries.fortran_order || scanner.Take("False")) return absl::OkStatus();
    return Malformed("'fortran_order' is neither True nor False");
  }
  if (*key == "shape" && !entries.shape) {
    absl::StatusOr<Shape> shape = TakeShape(scanner);
    if (!shape.ok()) return shape.status();
    entries.shape = *std::move(shape);
    return absl::OkStatus();
  }
  return Malformed(fmt::format("key {} is unknown or repeated", Quoted(*key)));
}

}  // namespace

absl::StatusOr<NpyLayout> ParseNpyLayout(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.Take("{")) return Malformed("it does not begin with '{'");
  Entries entries;
  while (!scanner.Take("}")) {
    if (absl::Status status = TakeEntry(scanner, entries); !status.ok()) return status;
    if (scanner.Take(",")) continue;
    if (scanner.Take("}")) break;
    return Malformed("it does not end with '}'");
  }
  if (!scanner.AtEnd()) return Malformed("text follows the '}'");
  if (!entries.description || !entries.fortran_order || !entries.shape) {
    return Malformed("one of 'descr', 'fortran_order' and 'shape' is missing");
  }
  return NpyLayout{*std::move(entries.description), *entries.fortran_order,
                   *std::move(entries.shape)};
}

absl::StatusOr<NpyHeader> ParseNpyHeader(std::string_view text) {
  absl::StatusOr<NpyLayout> layout = ParseNpyLayout(text);
  if (!layout.ok()) return layout.status();
  const absl::StatusOr<ElementType> type = TypeFromDescription(layout->description);
  if (!type.ok()) return type.status();
  if (layout->shape.empty()) {
    return absl::UnimplementedError(
        "a single number is not read; the first dimension must count the windows or labels");
  }
  return NpyHeader{*type, layout->description.starts_with('>'), layout->fortran_order,
                   std::move(layout->shape)};
}

std::string FormatNpyHeader(ElementType type, const Shape& shape) {
  std::string_view description;
  for (const auto& [known, known_type] : kDescriptions) {
    if (known_type == type) description = known;
  }
  return fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", description,
                     fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

}  // namespace biglittle
