// Results' JSON as docs/wire.md describes it. Written by hand: protobuf's own mapping, which reads
// it back, costs a device more than its little net may.

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <type_traits>

#include "core/utf8.h"
#include "wire/messages/result.h"

namespace biglittle::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// What a character of one byte is written as if not as itself; angle brackets so that it may stand
// in HTML.
void AppendEscaped(char character, std::string& out) {
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(character));
  }
}

constexpr bool IsPlain(char character) {
  return character >= ' ' && character < '\x7F' && character != '"' && character != '\\' &&
         character != '<' && character != '>';
}

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = Utf8Length(text);
    if (length == 1) {
      AppendEscaped(text.front(), out);
    } else {
      out += length == 0 ? kReplacement : text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// Digits with leading zeros, `width` of them.
char* PutDigits(std::uint64_t value, int width, char* out) {
  for (char* digit = out + width; digit != out; value /= 10) {
    *--digit = static_cast<char>('0' + value % 10);
  }
  return out + width;
}

// "2023-11-14T22:13:20.123Z", with as many digits as it takes: none, 3, 6 or 9. By hand, for it is
// in every result.
void AppendTime(WallTime time, std::string& out) {
  const auto nanoseconds = std::chrono::time_point_cast<std::chrono::nanoseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(nanoseconds);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<std::uint64_t>((nanoseconds - day).count());
  const std::uint64_t seconds = of_day / 1'000'000'000;
  const std::uint64_t fraction = of_day % 1'000'000'000;
  std::array<char, 32> text;
  char* end = text.data();
  const auto put = [&end](char before, std::uint64_t value, int width) {
    *end++ = before;
    end = PutDigits(value, width, end);
  };
  put('"', static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  put('-', static_cast<unsigned>(date.month()), 2);
  put('-', static_cast<unsigned>(date.day()), 2);
  put('T', seconds / 3600, 2);
  put(':', seconds / 60 % 60, 2);
  put(':', seconds % 60, 2);
  if (fraction % 1'000 != 0) {
    put('.', fraction, 9);
  } else if (fraction % 1'000'000 != 0) {
    put('.', fraction / 1'000, 6);
  } else if (fraction != 0) {
    put('.', fraction / 1'000'000, 3);
  }
  out.append(text.data(), end);
  out += "Z\"";
}

// Field after field. A name comes with its comma, quotes and colon, so that it is one copy.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Raw(std::string_view text) { out_ += text; }
  void Text(std::string_view name, std::string_view value) {
    out_ += name;
    AppendString(value, out_);
  }
  template <typename T>
  void Number(std::string_view name, T value) {
    out_ += name;
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) return NoNumber(value);
    }
    std::array<char, 32> text;  // at most 24 are needed
    out_.append(text.data(), fmt::format_to(text.data(), FMT_COMPILE("{}"), value));
  }
  template <typename T>
  void Number(std::string_view name, const std::optional<T>& value) {
    if (value) Number(name, *value);
  }
  void Flag(std::string_view name, bool value) {
    out_ += name;
    out_ += value ? "true" : "false";
  }

 private:
  void NoNumber(double value) {
    out_ += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }

  std::string& out_;
};

void WriteLatency(const Result& result, Writer& writer) {
  writer.Number(R"(,"latency_ms":{"total":)", result.total_ms);
  writer.Number(R"(,"little":)", result.little_ms);
  writer.Number(R"(,"round_trip":)", result.round_trip_ms);
  writer.Number(R"(,"cloud_queue":)", result.cloud_queue_ms);
  writer.Number(R"(,"cloud_compute":)", result.cloud_compute_ms);
  writer.Number(R"(,"deadline":)", result.deadline_ms);
  writer.Number(R"(,"cloud_take":)", result.cloud_take_ms);
  writer.Number(R"(,"cloud_send":)", result.cloud_send_ms);
}

void WriteModels(const Result& result, Writer& writer) {
  writer.Text(R"(},"models":{"little":)", result.little_digest);
  writer.Text(R"(,"big":)", result.big_digest);
  writer.Flag(R"(,"big_unexpected":)", result.big_unexpected);
  writer.Number(R"(},"little":{"class_index":)", result.little_class_index);
  writer.Text(R"(,"label":)", result.little_label);
  writer.Number(R"(,"confidence":)", result.little_confidence);
  writer.Flag(R"(,"unlike_training":)", result.unlike_training);
  writer.Number(R"(,"head":)", result.little_head);
}

}  // namespace

void AppendJson(const Result& result, std::string& out) {
  Writer writer(out);
  writer.Text(R"({"fleet":)", result.fleet);
  writer.Text(R"(,"device":)", result.device);
  writer.Text(R"(,"task":)", result.task);
  writer.Text(R"(,"run":)", result.run);
  writer.Number(R"(,"sequence":")", result.sequence);
  writer.Raw(R"(","capture_time":)");
  AppendTime(result.capture_time, out);
  writer.Text(R"(,"stage":)", Name(result.stage));
  writer.Text(R"(,"decided_by":)", Name(result.decided_by));
  writer.Text(R"(,"reason":)", result.reason);
  writer.Number(R"(,"class_index":)", result.class_index);
  writer.Text(R"(,"label":)", result.label);
  writer.Number(R"(,"confidence":)", result.confidence);
  WriteLatency(result, writer);
  WriteModels(result, writer);
  writer.Text(R"(},"worker":)", result.worker);
  writer.Number(R"(,"truth":)", result.truth);
  writer.Flag(R"(,"resent":)", result.resent);
  writer.Raw("}");
}

}  // namespace biglittle::wire
