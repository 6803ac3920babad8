#include "wire/messages/control.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace biglittle::wire {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kBudget = "budget.";

// A verb and the fields that it may have besides `id` and `verb`.
struct VerbRow {
  ControlVerb verb;
  std::string_view name;
  std::string_view id;    // of its schema
  std::string_view help;  // what the device does
  bool may_last = false;
  bool sets = false;
  bool chooses_reading = false;
};
constexpr std::array<VerbRow, 7> kVerbs{{
    {.verb = ControlVerb::kPause,
     .name = "pause",
     .id = "Pause",
     .help = "it takes no readings from now on",
     .may_last = true},
    {.verb = ControlVerb::kResume,
     .name = "resume",
     .id = "Resume",
     .help = "it takes readings again"},
    {.verb = ControlVerb::kSet,
     .name = "set",
     .id = "Set",
     .help = "it decides and sends otherwise, from the next reading on",
     .may_last = true,
     .sets = true},
    {.verb = ControlVerb::kReset,
     .name = "reset",
     .id = "Reset",
     .help = "it goes back to its fleet file: nothing is set, nothing paused"},
    {.verb = ControlVerb::kSnapshot,
     .name = "snapshot",
     .id = "AskSnapshot",
     .help = "it shows the window of a reading, on its snapshot topic",
     .chooses_reading = true},
    {.verb = ControlVerb::kStatus,
     .name = "status",
     .id = "AskStatus",
     .help = "it tells what is in effect, what differs from its file, and its counters"},
    {.verb = ControlVerb::kRestartSource,
     .name = "restart_source",
     .id = "RestartSource",
     .help = "it stops its source and starts it anew"},
}};

const VerbRow& RowOf(ControlVerb verb) {
  return *std::ranges::find(kVerbs, verb, [](const VerbRow& row) { return row.verb; });
}

absl::Status Bad(std::string why) { return absl::InvalidArgumentError(std::move(why)); }

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::Status UnknownField(const VerbRow& row, std::string_view name) {
  std::vector<std::string_view> known{"id", "verb"};
  if (row.may_last) known.push_back("for_s");
  if (row.chooses_reading) known.push_back("reading");
  if (row.sets) known.insert(known.end(), kSettable.begin(), kSettable.end());
  return Bad(
      fmt::format("{} has no field {}: it has {}", row.name, Quoted(name), fmt::join(known, ", ")));
}

absl::Status TakeValue(const VerbRow& row, const std::string& name, const Json& json,
                       ControlRequest& request) {
  if (!IsSettable(name)) return UnknownField(row, name);
  if (json.is_structured() || json.is_null()) {
    return Bad(fmt::format("'{}' must be a number or a word", name));
  }
  request.values[name] = json.is_string() ? SettingValue{json.get<std::string>(), true}
                                          : SettingValue{Dump(json), false};
  return absl::OkStatus();
}

absl::Status TakeBudget(const VerbRow& row, const Json& json, ControlRequest& request) {
  if (!json.is_object() || json.empty()) {
    return Bad("'budget' must be an object with messages_per_s or bytes_per_s");
  }
  for (const auto& [name, value] : json.items()) {
    absl::Status taken = TakeValue(row, std::string(kBudget) + name, value, request);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status TakeTime(const Json& json, ControlRequest& request) {
  const bool whole = json.is_number_unsigned();
  const std::uint64_t seconds = whole ? json.get<std::uint64_t>() : 0;
  if (seconds < 1 || seconds > static_cast<std::uint64_t>(kLongestControl.count())) {
    return Bad(fmt::format("'for_s' must be 1 to {} seconds", kLongestControl.count()));
  }
  request.lasts = std::chrono::seconds(seconds);
  return absl::OkStatus();
}

absl::Status TakeReading(const Json& json, ControlRequest& request) {
  const std::string which = json.is_string() ? json.get<std::string>() : "";
  if (which != "last" && which != "next") return Bad("'reading' must be last or next");
  request.next = which == "next";
  return absl::OkStatus();
}

absl::Status TakeField(const VerbRow& row, const std::string& name, const Json& json,
                       ControlRequest& request) {
  if (name == "id" || name == "verb") return absl::OkStatus();
  if (name == "for_s" && row.may_last) return TakeTime(json, request);
  if (name == "reading" && row.chooses_reading) return TakeReading(json, request);
  if (name == "budget" && row.sets) return TakeBudget(row, json, request);
  return row.sets ? TakeValue(row, name, json, request) : UnknownField(row, name);
}

// Its fields, as TakeField takes them.
std::shared_ptr<const SectionFacts> FactsOf(const VerbRow& row) {
  SectionFacts facts{.id = row.id, .help = std::string(row.help), .keys = {}};
  facts.keys.push_back(
      {"id",
       {.help = "comes back in the answer"},
       {TextShape{.what = "text", .longest = kMaxControlIdBytes, .may_be_empty = true}},
       "",
       Need::kRequired});
  facts.keys.push_back({"verb",
                        {.help = "what is asked"},
                        {FixedShape{fmt::format("\"{}\"", row.name)}},
                        "",
                        Need::kRequired});
  if (row.may_last) {
    facts.keys.push_back({"for_s",
                          {.help = "how long it lasts", .absent = "until it is taken back"},
                          {WholeShape{{1, kLongestControl.count()}}},
                          ""});
  }
  if (row.chooses_reading) {
    const ChoiceShape which{{{"last", "the last one"}, {"next", "the next one"}}};
    facts.keys.push_back({"reading", {.help = "whose window"}, {which}, "\"last\""});
  }
  if (row.sets) {
    for (KeyFacts& key : SettableFacts()) {
      facts.needs_one_of.push_back(key.name);
      facts.keys.push_back(std::move(key));
    }
  }
  return std::make_shared<const SectionFacts>(std::move(facts));
}

}  // namespace

ValueShape ControlRequestShape() {
  MapShape verbs;
  for (const VerbRow& row : kVerbs) verbs.sections.push_back(FactsOf(row));
  return {std::move(verbs)};
}

std::string_view Name(ControlVerb verb) { return RowOf(verb).name; }

absl::StatusOr<ControlVerb> ControlVerbOf(std::string_view name) {
  for (const VerbRow& row : kVerbs) {
    if (row.name == name) return row.verb;
  }
  std::vector<std::string_view> names;
  for (const VerbRow& row : kVerbs) names.push_back(row.name);
  return Bad(
      fmt::format("there is no verb {}: there are {}", Quoted(name), fmt::join(names, ", ")));
}

SettingValue ValueOf(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  return {std::string(text), !json.is_number() && !json.is_boolean()};
}

std::string ToJson(const SettingValue& value) {
  return value.quoted ? Dump(Json(value.text)) : value.text;
}

std::string Encode(const ControlRequest& request) {
  Json json{{"id", request.id}, {"verb", Name(request.verb)}};
  if (request.lasts) json["for_s"] = request.lasts->count();
  if (request.next) json["reading"] = "next";
  for (const auto& [name, value] : request.values) {
    const Json one = Json::parse(ToJson(value), nullptr, false);
    if (name.starts_with(kBudget)) {
      json["budget"][name.substr(kBudget.size())] = one;
    } else {
      json[name] = one;
    }
  }
  return Dump(json);
}

absl::StatusOr<ControlRequest> DecodeControlRequest(std::string_view payload, std::string& id) {
  id.clear();
  if (payload.size() > kMaxControlBytes) {
    return Bad(fmt::format("a request has at most {} bytes", kMaxControlBytes));
  }
  const Json json = Json::parse(payload, nullptr, false);
  if (!json.is_object()) return Bad("a request must be a JSON object");
  const auto said_id = json.find("id");
  if (said_id == json.end() || !said_id->is_string() ||
      said_id->get_ref<const std::string&>().size() > kMaxControlIdBytes) {
    return Bad(fmt::format("'id' must be a text of at most {} bytes", kMaxControlIdBytes));
  }
  id = said_id->get<std::string>();
  const auto said_verb = json.find("verb");
  if (said_verb == json.end() || !said_verb->is_string()) return Bad("'verb' must be a text");
  const auto verb = ControlVerbOf(said_verb->get_ref<const std::string&>());
  if (!verb.ok()) return verb.status();
  ControlRequest request{.id = id, .verb = *verb, .lasts = {}, .values = {}};
  for (const auto& [name, value] : json.items()) {
    absl::Status taken = TakeField(RowOf(*verb), name, value, request);
    if (!taken.ok()) return taken;
  }
  if (RowOf(*verb).sets && request.values.empty()) {
    return Bad(fmt::format("set needs one of {}", fmt::join(kSettable, ", ")));
  }
  return request;
}

std::string Encode(const ControlReply& reply) {
  Json json{{"id", reply.id}, {"ok", reply.ok}};
  if (!reply.ok) json["error"] = reply.error;
  if (!reply.status.empty()) json["status"] = Json::parse(reply.status, nullptr, false);
  return Dump(json);
}

absl::StatusOr<ControlReply> DecodeControlReply(std::string_view payload) {
  const Json json = Json::parse(payload, nullptr, false);
  const auto is = [&json](const char* name, Json::value_t type) {
    return json.is_object() && json.contains(name) && json[name].type() == type;
  };
  if (!is("id", Json::value_t::string) || !is("ok", Json::value_t::boolean)) {
    return Bad("no JSON of a device's answer");
  }
  ControlReply reply{.id = json["id"].get<std::string>(), .ok = json["ok"].get<bool>()};
  if (is("error", Json::value_t::string)) reply.error = json["error"].get<std::string>();
  if (is("status", Json::value_t::object)) reply.status = Dump(json["status"]);
  return reply;
}

}  // namespace biglittle::wire
