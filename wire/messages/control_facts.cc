#include "wire/messages/control_facts.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/fleet/device_settings.h"
#include "wire/messages/message_shapes.h"

namespace biglittle::wire {
namespace {

KeyFacts Always(std::string_view name, std::string help, ValueShape shape) {
  return {name, {.help = std::move(help)}, std::move(shape), "", Need::kRequired};
}
KeyFacts Sometimes(std::string_view name, std::string help, ValueShape shape) {
  return {name, {.help = std::move(help)}, std::move(shape), ""};
}

ValueShape Map(std::string_view id, std::string help, std::vector<KeyFacts> keys) {
  SectionFacts facts{.id = id, .help = std::move(help), .keys = std::move(keys)};
  return {MapShape{{std::make_shared<const SectionFacts>(std::move(facts))}}};
}

ValueShape AnyOf(const std::vector<ValueShape>& shapes) {
  AnyOfShape any;
  for (const ValueShape& shape : shapes) any.values.push_back(Each(shape));
  return {std::move(any)};
}

// All that may be set, null where it has no value.
ValueShape InEffect() {
  std::vector<KeyFacts> keys = SettableFacts();
  for (KeyFacts& key : keys) {
    key.need = Need::kRequired;
    if (const auto* map = std::get_if<MapShape>(&key.shape.kind)) {
      std::vector<KeyFacts> inner = map->sections.front()->keys;
      for (KeyFacts& one : inner) {
        one.need = Need::kRequired;
        one.shape = OrNull(one.shape);
      }
      key.shape = Map("BudgetInEffect", map->sections.front()->help, std::move(inner));
    } else {
      key.shape = OrNull(key.shape);
    }
  }
  return Map("InEffect", "what the device goes by; null: no value", std::move(keys));
}

ValueShape Setting() {
  const ValueShape value = AnyOf({{AnyNumber()}, {TextShape{}}});
  return Map(
      "Setting", "a setting that is otherwise than in the fleet file",
      {Always("value", "what is in effect", value),
       Always("file", "what the file says; null: nothing", OrNull(value)),
       Sometimes("until", "when it ends by itself; absent where it does not", {TimeShape()})});
}

ValueShape Status() {
  return Map(
      "SteeringStatus", "how the device is now",
      {Always("paused", "it takes no readings", {BoolShape{}}),
       Sometimes("paused_until", "when that ends by itself; absent where it does not",
                 {TimeShape()}),
       Always("in_effect", "", InEffect()),
       Always("differs", "what is otherwise than in the fleet file, by its key",
              {ByLabelShape{Each(Setting())}}),
       Always("survives_restart", "what is set and paused", {BoolShape{}}),
       Sometimes("note", "why it does not survive a restart", {TextShape{}}),
       Sometimes("counters",
                 "of the answer to the verb status: everything counted since the start of the run",
                 {ByLabelShape{Each({CountShape()})}})});
}

}  // namespace

std::shared_ptr<const SectionFacts> ControlReplyFacts() {
  const ValueShape reply =
      Map("ControlReply", "what a device answers to an operator's request",
          {Always("id", "the request's; empty where none could be read",
                  {TextShape{.may_be_empty = true}}),
           Always("ok", "it did what was asked", {BoolShape{}}),
           Sometimes("error", "why it did not, in one line; absent where it did", {TextShape{}}),
           Always("status", "", Status())});
  return std::get<MapShape>(reply.kind).sections.front();
}

}  // namespace biglittle::wire
