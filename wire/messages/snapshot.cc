#include "wire/messages/snapshot.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/date_time.h"
#include "wire/messages/message_shapes.h"
#include "wire/messages/message_table.h"

namespace biglittle::wire {
namespace {

using Json = nlohmann::ordered_json;

template <typename Number>
void AppendAs(const Tensor& window, std::string& text) {
  Number number{};
  for (std::size_t at = 0; at + sizeof number <= window.data.size(); at += sizeof number) {
    std::memcpy(&number, window.data.data() + at, sizeof number);
    fmt::format_to(std::back_inserter(text), "{}{}", at == 0 ? "" : ",", number);
  }
}

void AppendWindow(const Tensor& window, std::string& text) {
  switch (window.dtype) {
    case DType::kUint8:
      return AppendAs<std::uint8_t>(window, text);
    case DType::kInt16:
      return AppendAs<std::int16_t>(window, text);
    case DType::kFloat32:
      return AppendAs<float>(window, text);
  }
}

// A field that is not a member as it stands.
template <typename Write>
MessageField<Snapshot> Written(std::string_view name, ValueShape shape, std::string help,
                               Write write) {
  return {{name, {.help = std::move(help)}, std::move(shape), ""},
          [write](const Snapshot& snapshot) { return Json(write(snapshot)); },
          nullptr};
}

// All but the window itself.
const MessageTable<Snapshot>& Head() {
  const ChoiceShape dtypes{{{"uint8", ""}, {"int16", ""}, {"float32", ""}}};
  const ChoiceShape deciders{{{"little", ""}, {"big", ""}, {"fallback", ""}}};
  static const MessageTable<Snapshot> table(
      "Snapshot", "the window of one reading, with its final result",
      {Field("sequence", &Snapshot::sequence, {CountShape()}, "the reading's"),
       Field("task", &Snapshot::task, {TextShape{}}, "what the device classifies"),
       Written("dtype", {dtypes}, "what the numbers of the window are",
               [](const Snapshot& snapshot) { return Name(snapshot.window.dtype); }),
       Written("shape", {ListShape{.least = 1, .element = Each({WholeShape{{1, kNoMost}}})}},
               "of the window, the last axis the one that runs fastest",
               [](const Snapshot& snapshot) { return snapshot.window.shape; }),
       Field("class", &Snapshot::class_index, {ClassShape()},
             "an index into the task's labels; -1 with the label \"other\": none of the "
             "prioritised ones"),
       Field("label", &Snapshot::label, {TextShape{}}, "of the class"),
       Field("confidence", &Snapshot::confidence, {ShareShape()}, "in that class"),
       Field("decided_by", &Snapshot::decided_by, {deciders}, "whose answer it was"),
       Written("captured_at", {TimeShape()}, "capture of the reading",
               [](const Snapshot& snapshot) { return ToDateTimeMs(snapshot.captured_at); })});
  return table;
}

}  // namespace

std::shared_ptr<const SectionFacts> SnapshotFacts() {
  SectionFacts facts = *Head().facts();
  facts.keys.push_back({"window",
                        {.help = "the window's numbers as the sensor gave them, row by row"},
                        {ListShape{.least = 1, .element = Each({AnyNumber()})}},
                        "",
                        Need::kRequired});
  return std::make_shared<const SectionFacts>(std::move(facts));
}

std::string Encode(const Snapshot& snapshot) {
  std::string text = Head().Write(snapshot).dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();
  text += ",\"window\":[";
  AppendWindow(snapshot.window, text);
  text += "]}";
  return text;
}

}  // namespace biglittle::wire
