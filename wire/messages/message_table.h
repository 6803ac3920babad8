// The fields of a JSON message, each said once: its name, what stands there, what it means, and the
// member that it is of. What is written, what is read and what is told of it (message_facts.h) come
// from the same table. For messages that are not many: a table costs a function call a field.
//
// Tables are constant once made, so any thread may read them. For use inside wire/ only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/yaml/key_facts.h"

namespace biglittle::wire {

template <typename Message>
struct MessageField {
  using Json = nlohmann::ordered_json;

  KeyFacts facts;
  std::function<Json(const Message&)> write;
  std::function<bool(const Json&, Message&)> read;  // false: it is of another type
};

template <typename Message>
class MessageTable {
 public:
  using Json = nlohmann::ordered_json;

  MessageTable(std::string_view id, std::string help, std::vector<MessageField<Message>> fields)
      : fields_(std::move(fields)) {
    SectionFacts facts{.id = id, .help = std::move(help), .keys = {}};
    for (MessageField<Message>& field : fields_) {
      field.facts.need = Need::kRequired;
      facts.keys.push_back(field.facts);
    }
    facts_ = std::make_shared<const SectionFacts>(std::move(facts));
  }

  // All of them, in order.
  Json Write(const Message& message) const {
    Json json = Json::object();
    for (const auto& field : fields_) json[std::string(field.facts.name)] = field.write(message);
    return json;
  }
  // False: no object, or a field of it is missing or of another type.
  bool Read(const Json& json, Message& message) const {
    if (!json.is_object()) return false;
    for (const auto& field : fields_) {
      const auto at = json.find(std::string(field.facts.name));
      if (at == json.end() || !field.read(*at, message)) return false;
    }
    return true;
  }

  const std::shared_ptr<const SectionFacts>& facts() const { return facts_; }

 private:
  std::vector<MessageField<Message>> fields_;
  std::shared_ptr<const SectionFacts> facts_;
};

// A text, true or false, or a number: as JSON has the member.
template <typename Message, typename Member>
MessageField<Message> Field(std::string_view name, Member Message::*member, ValueShape shape,
                            std::string help) {
  using Json = nlohmann::ordered_json;
  return {{name, {.help = std::move(help)}, std::move(shape), ""},
          [member](const Message& message) { return Json(message.*member); },
          [member](const Json& json, Message& message) {
            const bool fits = std::is_same_v<Member, std::string> ? json.is_string()
                              : std::is_same_v<Member, bool>      ? json.is_boolean()
                                                                  : json.is_number();
            if (fits) message.*member = json.get<Member>();
            return fits;
          }};
}

}  // namespace biglittle::wire
