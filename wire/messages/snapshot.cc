#include "wire/messages/snapshot.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <iterator>

#include <nlohmann/json.hpp>

#include "core/date_time.h"

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

}  // namespace

std::string Encode(const Snapshot& snapshot) {
  const Json head{{"sequence", snapshot.sequence},
                  {"task", snapshot.task},
                  {"dtype", Name(snapshot.window.dtype)},
                  {"shape", snapshot.window.shape},
                  {"class", snapshot.class_index},
                  {"label", snapshot.label},
                  {"confidence", snapshot.confidence},
                  {"decided_by", snapshot.decided_by},
                  {"captured_at", ToDateTimeMs(snapshot.captured_at)}};
  std::string text = head.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.pop_back();
  text += ",\"window\":[";
  AppendWindow(snapshot.window, text);
  text += "]}";
  return text;
}

}  // namespace biglittle::wire
