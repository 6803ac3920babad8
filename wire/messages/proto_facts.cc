#include "wire/messages/proto_facts.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/descriptor.pb.h>

#include "wire/messages/message_facts.h"
#include "wire/messages/message_shapes.h"

// Made of the .proto files by wire/CMakeLists.txt.
namespace biglittle::embedded {
extern const std::string_view descriptions;
extern const std::string_view escalation_proto;
}  // namespace biglittle::embedded

namespace biglittle::wire {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kPackage = ".biglittle.v1.";
constexpr std::string_view kTimestamp = ".google.protobuf.Timestamp";

// What the types of a .proto cannot say.
struct Narrower {
  std::string_view message;
  std::string_view field;
  ValueShape shape;
};
const std::vector<Narrower>& Narrowings() {
  static const std::vector<Narrower> narrowings{
      {"Result", "fleet", {TextShape{}}},
      {"Result", "device", {TextShape{}}},
      {"Result", "task", {TextShape{}}},
      {"Result", "run", {TextShape{}}},
      {"Result", "class_index", {ClassShape()}},
      {"Result", "confidence", {ShareShape()}},
      {"Result", "truth", {CountShape()}},
      {"LittleAnswer", "class_index", {ClassShape()}},
      {"LittleAnswer", "confidence", {ShareShape()}},
      {"Status", "fleet", {TextShape{}}},
      {"Status", "run", {TextShape{}}},
  };
  return narrowings;
}

// A comment in one line.
std::string InOneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::string line;
  for (const char character : text) {
    if (character != ' ' || (!line.empty() && line.back() != ' ')) line += character;
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

// The descriptions of all files, and the facts that were made of them.
class ProtoTexts {
 public:
  ProtoTexts() {
    set_.ParseFromArray(embedded::descriptions.data(),
                        static_cast<int>(embedded::descriptions.size()));
  }

  std::shared_ptr<const SectionFacts> Facts(std::string_view name) {
    auto& facts = facts_[std::string(name)];
    if (!facts) facts = std::make_shared<const SectionFacts>(FactsOf(Find(name)));
    return facts;
  }

 private:
  struct MessagePlace {
    const pb::FileDescriptorProto& file;
    const pb::DescriptorProto& what;
    std::vector<int> path;  // to it in the file, as comments are found
  };

  MessagePlace Find(std::string_view name) const {
    for (const pb::FileDescriptorProto& file : set_.file()) {
      for (int i = 0; i < file.message_type_size(); ++i) {
        if (file.message_type(i).name() == name) {
          return {
              file, file.message_type(i), {pb::FileDescriptorProto::kMessageTypeFieldNumber, i}};
        }
      }
    }
    // No field of ours has a type that there is not.
    return {
        pb::FileDescriptorProto::default_instance(), pb::DescriptorProto::default_instance(), {}};
  }

  // The comment before it and that behind it.
  static std::string Comment(const pb::FileDescriptorProto& file, const std::vector<int>& path) {
    for (const auto& location : file.source_code_info().location()) {
      if (std::ranges::equal(location.path(), path)) {
        return InOneLine(location.leading_comments() + location.trailing_comments());
      }
    }
    return "";
  }

  SectionFacts FactsOf(const MessagePlace& message) {
    SectionFacts facts{
        .id = message.what.name(), .help = Comment(message.file, message.path), .keys = {}};
    const std::string unit = facts.id.ends_with("Ms") ? "ms" : "";
    for (int i = 0; i < message.what.field_size(); ++i) {
      const pb::FieldDescriptorProto& field = message.what.field(i);
      std::vector<int> path = message.path;
      path.insert(path.end(), {pb::DescriptorProto::kFieldFieldNumber, i});
      facts.keys.push_back({field.name(),
                            {.help = Comment(message.file, path), .unit = unit},
                            ShapeOf(message.what, field),
                            "",
                            field.proto3_optional() ? Need::kOptional : Need::kRequired});
    }
    return facts;
  }

  ValueShape ShapeOf(const pb::DescriptorProto& message, const pb::FieldDescriptorProto& field) {
    for (const Narrower& narrower : Narrowings()) {
      if (narrower.message == message.name() && narrower.field == field.name()) {
        return narrower.shape;
      }
    }
    for (const pb::DescriptorProto& entry : message.nested_type()) {
      if (entry.options().map_entry() && field.type_name().ends_with("." + entry.name())) {
        return {ByLabelShape{Each(OneOf(entry.field(1)))}};
      }
    }
    const ValueShape one = OneOf(field);
    if (field.label() != pb::FieldDescriptorProto::LABEL_REPEATED) return one;
    return {ListShape{.element = Each(one)}};
  }

  ValueShape OneOf(const pb::FieldDescriptorProto& field) {
    constexpr std::int64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
    switch (field.type()) {
      case pb::FieldDescriptorProto::TYPE_BOOL:
        return {BoolShape{}};
      case pb::FieldDescriptorProto::TYPE_FLOAT:
      case pb::FieldDescriptorProto::TYPE_DOUBLE:
        return {AnyNumber()};
      case pb::FieldDescriptorProto::TYPE_UINT32:
        return {WholeShape{{0, kMost32}}};
      case pb::FieldDescriptorProto::TYPE_UINT64:
        return {TextShape{.what = "whole number", .pattern = "^[0-9]{1,20}$"}};
      case pb::FieldDescriptorProto::TYPE_ENUM:
        return {WordsOf(field.type_name())};
      case pb::FieldDescriptorProto::TYPE_MESSAGE:
        if (field.type_name() == kTimestamp) return {TimeShape()};
        return {MapShape{{Facts(field.type_name().substr(kPackage.size()))}}};
      default:
        return {TextShape{.may_be_empty = true}};
    }
  }

  // Of an enumeration in a message, but for the first, which is "not said".
  ChoiceShape WordsOf(const std::string& type) {
    const std::string_view inner = std::string_view(type).substr(kPackage.size());
    const MessagePlace message = Find(inner.substr(0, inner.find('.')));
    ChoiceShape words;
    for (int i = 0; i < message.what.enum_type_size(); ++i) {
      const pb::EnumDescriptorProto& choice = message.what.enum_type(i);
      if (!type.ends_with("." + choice.name())) continue;
      for (int j = 1; j < choice.value_size(); ++j) {
        std::vector<int> path = message.path;
        path.insert(path.end(), {pb::DescriptorProto::kEnumTypeFieldNumber, i,
                                 pb::EnumDescriptorProto::kValueFieldNumber, j});
        words.words.push_back(
            {choice.value(j).name(), comments_.emplace_back(Comment(message.file, path))});
      }
    }
    return words;
  }

  pb::FileDescriptorSet set_;
  std::deque<std::string> comments_;  // of enumerators, where they stay
  std::map<std::string, std::shared_ptr<const SectionFacts>, std::less<>> facts_;
};

}  // namespace

std::shared_ptr<const SectionFacts> ProtoFacts(std::string_view message) {
  static std::mutex mutex;
  static ProtoTexts texts;
  const std::lock_guard lock(mutex);
  return texts.Facts(message);
}

std::string_view EscalationProto() { return embedded::escalation_proto; }

}  // namespace biglittle::wire
