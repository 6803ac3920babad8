#include "core/task/escalation_reader.h"

#include <array>

#include "core/task/reading_shape.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::array<Choice<EscalatedInput>, 2> kEscalatedInputs{{
    {EscalatedInput::kWindow, "window", "the window as the sensor gave it"},
    {EscalatedInput::kFeatures, "features",
     "the little net's output `features` as [halves](wire.md#features-in-place-of-windows), which "
     "is the big net's input: windows do not leave the device"},
}};

const KeyTable<Task>& FeaturesKeys() {
  static const KeyTable<Task> keys(
      "features", "what the little net's output `features` has, and the big net takes",
      {ReadingShapeKey("of a reading, without the batch")});
  return keys;
}

}  // namespace

Key<Task> EscalateKey() {
  return OwnKey<Task>("escalate", {ShapeOf<EscalatedInput>(kEscalatedInputs)},
                      {.help = "what a device sends of a reading that the big net is asked about"},
                      Need::kOptional,
                      WrittenDefault(ChoiceName(kEscalatedInputs, Task{}.escalate)));
}

Key<Task> FeaturesKey() {
  return OwnKey<Task>("features", {MapShape{{FeaturesKeys().facts()}}},
                      {.absent = "none: only with `escalate: features`, which needs it"});
}

void ReadEscalation(MapReader& map, Task& task, Problems& problems) {
  const YamlNode* escalate = map.Find("escalate");
  const YamlNode* features = map.Find("features");
  if (escalate != nullptr) {
    const auto choice =
        ReadChoiceOf<EscalatedInput>(*escalate, "escalate", kEscalatedInputs, problems);
    if (!choice) return;
    task.escalate = *choice;
  }
  if (!task.EscalatesFeatures()) {
    if (features != nullptr) {
      problems.Add(*features,
                   "'features' is only for 'escalate: features': add that, or leave "
                   "'features' out");
    }
    return;
  }
  if (task.wire_dtype != WireDType::kAsIs) {
    problems.Add(*escalate,
                 "'escalate: features' sends no window: leave the input's 'wire_dtype' "
                 "out");
  }
  if (features == nullptr) {
    problems.Add(*escalate,
                 "'escalate: features' needs 'features: {shape: [...]}', the shape of "
                 "the little net's output 'features' without the batch");
    return;
  }
  MapReader section(*features, "features", problems);
  FeaturesKeys().Read(section, task);
  if (const YamlNode* shape = section.Find("shape")) {
    if (auto read = ReadReadingShape(*shape, sizeof(float), problems)) {
      task.features_shape = *std::move(read);
    }
  }
  section.Finish();
}

}  // namespace biglittle
