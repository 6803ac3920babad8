#include "device_agent/sources/stream/stream_options.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostChannels = 1024;
constexpr std::int64_t kMostRawNumbers = std::int64_t{1} << 20;  // of a frame: an image, for one
constexpr std::size_t kMaxNameBytes = 200;

constexpr std::array<Choice<RawType>, 7> kRawTypes{{
    {RawType::kInt16, "int16"},
    {RawType::kUint16, "uint16"},
    {RawType::kInt8, "int8"},
    {RawType::kUint8, "uint8"},
    {RawType::kInt32, "int32"},
    {RawType::kFloat32, "float32"},
    {RawType::kFloat64, "float64"},
}};
constexpr std::array<Choice<TimeUnit>, 4> kTimeUnits{{
    {TimeUnit::kSeconds, "s"},
    {TimeUnit::kMilliseconds, "ms"},
    {TimeUnit::kMicroseconds, "us"},
    {TimeUnit::kNanoseconds, "ns"},
}};
constexpr std::array<Choice<TimestampBy>, 2> kTimestamps{{
    {TimestampBy::kArrival, "arrival", "this machine's clock when it was read"},
    {TimestampBy::kSource, "source",
     "the sensor's own clock, by the `time` of the `format`; with `rate_hz`, samples that are "
     "missing by it are gaps"},
}};
constexpr std::array<Choice<bool>, 2> kByteOrders{{{false, "little"}, {true, "big"}}};
constexpr std::array<Choice<char>, 2> kDecimals{{{'.', "."}, {',', ","}}};
constexpr std::array<Choice<char>, 6> kDelimiters{{
    {',', ","},
    {';', ";"},
    {'\t', "tab"},
    {' ', "space", "any white space"},
    {'|', "|"},
    {':', ":"},
}};

ValueShape NamesShape() {
  return {ListShape{
      .least = 1,
      .most = kMostChannels,
      .element = Each({TextShape{.what = "name", .pattern = "", .longest = kMaxNameBytes}})}};
}

void ReadColumns(const YamlNode& node, std::vector<std::string>& columns, Problems& problems) {
  ReadLines(node, "columns", kMostChannels, kMaxNameBytes, columns, problems);
}

void ReadFields(const YamlNode& node, std::vector<std::string>& fields, Problems& problems) {
  const auto* items = ReadList(node, "fields", 1, kMostChannels, problems);
  if (items == nullptr) return;
  fields.clear();
  for (const YamlNode* item : *items) {
    if (item->kind != YamlNode::Kind::kScalar || item->text.size() > kMaxNameBytes) {
      problems.Add(*item, "'fields' must be JSON pointers like /acceleration/x");
      continue;
    }
    if (const absl::Status good = NdjsonFrames::Check({{item->text}}); !good.ok()) {
      problems.Add(*item, std::string(good.message()));
    }
    fields.push_back(item->text);
  }
}

void ReadTimePointer(const YamlNode& node, std::optional<std::string>& time, Problems& problems) {
  const auto pointer = ReadLine(node, "time", kMaxNameBytes, problems);
  if (!pointer) return;
  if (const absl::Status good = NdjsonFrames::Check({.fields = {}, .time = *pointer}); !good.ok()) {
    problems.Add(node, std::string(good.message()));
  }
  time = *pointer;
}

void CheckCsv(MapReader& map, CsvFormat& format) {
  if (const absl::Status good = CsvFrames::Check(format); !good.ok()) {
    map.problems().Add(map.node(), std::string(good.message()));
  }
}

template <typename Format>
Key<Format> TimeUnitKey() {
  return ChoiceKey<Format, TimeUnit>("time_unit", &Format::time_unit, kTimeUnits,
                                     {.help = "of `time`, counted from whatever moment"});
}

const KeyTable<CsvFormat>& CsvKeys() {
  static const KeyTable<CsvFormat> keys(
      "csv_format", "lines of numbers",
      {KeyReadBy<CsvFormat, std::vector<std::string>>(
           "columns", &CsvFormat::columns, ReadColumns, NamesShape(),
           {.help =
                "the channels, in their order: with a `header` looked up in it, else all columns "
                "of a line, where `_` stands for one that is no channel",
            .absent = "one column"}),
       ChoiceKey("delimiter", &CsvFormat::delimiter, kDelimiters, {.help = "between two columns"}),
       BoolKey("header", &CsvFormat::header, {.help = "the first line names the columns"}),
       ChoiceKey("decimal", &CsvFormat::decimal, kDecimals, {.help = "the decimal mark"}),
       LineKey("time", &CsvFormat::time, {.what = "name", .pattern = "", .longest = kMaxNameBytes},
               {.help = "the column with the sample's time, a number, for a `timestamp` of the "
                        "source; it is no channel",
                .absent = "none"}),
       TimeUnitKey<CsvFormat>()},
      CheckCsv);
  return keys;
}

const KeyTable<NdjsonFormat>& NdjsonKeys() {
  static const KeyTable<NdjsonFormat> keys(
      "ndjson_format", "a JSON text a line",
      {Required(KeyReadBy<NdjsonFormat, std::vector<std::string>>(
           "fields", &NdjsonFormat::fields, ReadFields, NamesShape(),
           {.help = "JSON pointers, one a channel: `[/acc/x, /acc/y]`; an array is that many "
                    "samples"})),
       KeyReadBy<NdjsonFormat, std::optional<std::string>>(
           "time", &NdjsonFormat::time, ReadTimePointer,
           {TextShape{.what = "JSON pointer",
                      .pattern = "^(/([^/~\n]|~0|~1)*)+$",
                      .longest = kMaxNameBytes}},
           {.help = "JSON pointer to the time of the line's last sample, a number, or to an array, "
                    "a time a sample; for a `timestamp` of the source",
            .absent = "none"}),
       TimeUnitKey<NdjsonFormat>()});
  return keys;
}

const KeyTable<RawFormat>& RawKeys() {
  static const KeyTable<RawFormat> keys(
      "raw_format", "binary numbers, all channels of a sample one after the other",
      {ChoiceKey("dtype", &RawFormat::dtype, kRawTypes, {.help = "of a number"}),
       WholeKey("channels", &RawFormat::channels, {1, kMostRawNumbers},
                {.help = "numbers of a sample; where they are as many as an image of the task has, "
                         "each sample is one"}),
       ChoiceKey("byte_order", &RawFormat::big_endian, kByteOrders, {.help = "of a number"})});
  return keys;
}

const KeyTable<NpyFormat>& NpyKeys() {
  static const KeyTable<NpyFormat> keys(
      "npy_format", "NumPy's arrays one behind the other, each a whole window of the task", {});
  return keys;
}

template <typename Format>
void ReadAs(MapReader& map, const KeyTable<Format>& keys, SampleFormat& format) {
  // What the defaults say of another type means nothing here.
  Format own = std::holds_alternative<Format>(format) ? std::get<Format>(format) : Format{};
  keys.Read(map, own);
  format = std::move(own);
}

enum class FormatType : std::uint8_t { kCsv, kNdjson, kRaw, kNpy };
constexpr std::array<Choice<FormatType>, 4> kFormats{{
    {FormatType::kCsv, "csv"},
    {FormatType::kNdjson, "ndjson"},
    {FormatType::kRaw, "raw"},
    {FormatType::kNpy, "npy"},
}};

template <typename Format>
std::shared_ptr<const SectionFacts> WithType(FormatType type, const KeyTable<Format>& keys) {
  const std::string_view name = ChoiceName(kFormats, type);
  SectionFacts facts = *keys.facts();
  facts.keys.insert(facts.keys.begin(), {"type",
                                         {.help = "how samples are written"},
                                         {FixedShape{fmt::format("\"{}\"", name)}},
                                         "",
                                         Need::kRequired});
  return std::make_shared<const SectionFacts>(std::move(facts));
}

}  // namespace

std::span<const Choice<TimestampBy>> TimestampChoices() { return kTimestamps; }

void ReadSampleFormat(const YamlNode& node, SampleFormat& format, Problems& problems) {
  MapReader map(node, "format", problems);
  const YamlNode* type = map.Require("type");
  if (type == nullptr) return;
  const auto choice = ReadChoiceOf<FormatType>(*type, "type", kFormats, problems);
  if (!choice) return;
  switch (*choice) {
    case FormatType::kCsv:
      ReadAs(map, CsvKeys(), format);
      break;
    case FormatType::kNdjson:
      ReadAs(map, NdjsonKeys(), format);
      break;
    case FormatType::kRaw:
      ReadAs(map, RawKeys(), format);
      break;
    case FormatType::kNpy:
      ReadAs(map, NpyKeys(), format);
      break;
  }
  map.Finish();
}

ValueShape SampleFormatShape() {
  return {
      MapShape{{WithType(FormatType::kCsv, CsvKeys()), WithType(FormatType::kNdjson, NdjsonKeys()),
                WithType(FormatType::kRaw, RawKeys()), WithType(FormatType::kNpy, NpyKeys())}}};
}

}  // namespace biglittle
