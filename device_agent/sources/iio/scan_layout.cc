#include "device_agent/sources/iio/scan_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <numeric>
#include <optional>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

// Reads a text from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Skip(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::optional<unsigned> Number() {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return number;
  }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// nullopt: it is not written so.
std::optional<ScanElement> Scan(std::string_view type) {
  Scanner scanner(type);
  ScanElement element;
  element.big_endian = scanner.Skip("be:");
  if (!element.big_endian && !scanner.Skip("le:")) return std::nullopt;
  element.is_signed = scanner.Skip("s");
  if (!element.is_signed && !scanner.Skip("u")) return std::nullopt;
  const auto bits = scanner.Number();
  if (!bits || !scanner.Skip("/")) return std::nullopt;
  const auto storage_bits = scanner.Number();
  if (!storage_bits) return std::nullopt;
  const auto repeat = scanner.Skip("X") ? scanner.Number() : std::optional(1U);
  if (!repeat) return std::nullopt;
  const auto shift = scanner.Skip(">>") ? scanner.Number() : std::optional(0U);
  if (!shift || !scanner.at_end()) return std::nullopt;
  element.bits = *bits;
  element.storage_bits = *storage_bits;
  element.repeat = *repeat;
  element.shift = *shift;
  return element;
}

bool IsPossible(const ScanElement& element) {
  constexpr unsigned kMostRepeats = 64;
  const unsigned storage = element.storage_bits;
  return (storage == 8 || storage == 16 || storage == 32 || storage == 64) && element.bits >= 1 &&
         element.bits <= storage && element.shift < storage && element.repeat >= 1 &&
         element.repeat <= kMostRepeats;
}

std::size_t RoundedUp(std::size_t place, std::size_t size) {
  return (place + size - 1) / size * size;
}

}  // namespace

absl::StatusOr<ScanElement> ParseScanElement(std::string_view type) {
  const std::optional<ScanElement> element = Scan(type);
  if (element && IsPossible(*element)) return *element;
  return absl::InvalidArgumentError(
      fmt::format("{} is no type of a channel; one is written like 'le:s12/16>>4'", Quoted(type)));
}

double ScanValue(const ScanElement& element, std::span<const std::byte> bytes) {
  const std::size_t size = element.storage_bits / 8;
  std::uint64_t stored = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from = element.big_endian ? i : size - 1 - i;
    stored = stored << 8U | std::to_integer<std::uint64_t>(bytes[from]);
  }
  stored >>= element.shift;
  const unsigned above = 64 - element.bits;
  stored <<= above;
  // Down again, with the sign where there is one.
  if (element.is_signed) return static_cast<double>(std::bit_cast<std::int64_t>(stored) >> above);
  return static_cast<double>(stored >> above);
}

absl::StatusOr<ScanLayout> ScanLayout::Make(std::vector<ScanChannel> channels) {
  std::vector<std::size_t> order(channels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return channels[i].index; });
  ScanLayout layout;
  layout.places_.resize(channels.size());
  std::size_t end = 0;
  std::size_t largest = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const ScanChannel& channel = channels[order[i]];
    if (channel.element.repeat != 1) {
      return absl::InvalidArgumentError(
          fmt::format("the channel {} holds {} numbers at once, and a channel here is one",
                      Quoted(channel.name), channel.element.repeat));
    }
    if (i > 0 && channels[order[i - 1]].index == channel.index) {
      return absl::InvalidArgumentError(
          fmt::format("the channels {} and {} have the same place in the buffer",
                      Quoted(channels[order[i - 1]].name), Quoted(channel.name)));
    }
    const std::size_t size = channel.element.bytes();
    layout.places_[order[i]] = RoundedUp(end, size);
    end = layout.places_[order[i]] + size;
    largest = std::max(largest, size);
  }
  layout.scan_bytes_ = RoundedUp(end, largest);
  layout.channels_ = std::move(channels);
  return layout;
}

void ScanLayout::Decode(std::span<const std::byte> scan, std::vector<float>& frames) const {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const double number = ScanValue(channels_[i].element, scan.subspan(places_[i]));
    frames.push_back(static_cast<float>((number + channels_[i].offset) * channels_[i].scale));
  }
}

}  // namespace biglittle
