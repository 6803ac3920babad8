#include "cli/schema/schema_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "cli/schema/asyncapi.h"
#include "cli/schema/json_schema.h"
#include "cli/schema/key_tables.h"
#include "cli/text_file.h"
#include "core/fleet/fleet_file.h"
#include "core/program/exit_code.h"
#include "core/task/task_reader.h"
#include "core/text.h"
#include "core/yaml/yaml_reader.h"
#include "device_agent/sources/source_registry.h"
#include "wire/messages/message_facts.h"

namespace biglittle {
namespace {

int WriteTables(const std::filesystem::path& file, std::ostream& out, std::ostream& err) {
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) {
    err << ToString(text.problems) << '\n';
    return kExitBadInput;
  }
  const absl::StatusOr<std::string> written = WithKeyTables(*text.value);
  if (!written.ok()) {
    err << fmt::format("{}: {}\n", file.string(), std::string(written.status().message()));
    return kExitBadInput;
  }
  if (*written != *text.value) {
    if (const absl::Status status = WriteTextFile(file, *written); !status.ok()) {
      err << fmt::format("schema: {}\n", std::string(status.message()));
      return kExitFailed;
    }
  }
  out << fmt::format("{}: {}\n", file.string(),
                     *written == *text.value ? "is as the keys are" : "written anew");
  return kExitDone;
}

std::string FileSchema(std::shared_ptr<const SectionFacts> root, std::string_view what) {
  return JsonSchemaOf({MapShape{{std::move(root)}}}, fmt::format("{}.schema.json", what),
                      fmt::format("BigLittle {} file", what), OtherKeys::kRefused);
}

std::string MessageSchema(const wire::MessageFacts& message) {
  return JsonSchemaOf(message.shape, fmt::format("{}.schema.json", message.name), message.title,
                      message.closed ? OtherKeys::kRefused : OtherKeys::kIgnored);
}

// "" if there is none of that name.
std::string TextOf(std::string_view what) {
  if (what == "fleet") return FileSchema(FleetFacts(AllSources()), what);
  if (what == "task") return FileSchema(TaskFacts(), what);
  if (what == "asyncapi") return AsyncApiText();
  for (const wire::MessageFacts& message : wire::AllMessageFacts()) {
    if (message.name == what) return MessageSchema(message);
  }
  return "";
}

std::vector<std::string> MessageNames() {
  std::vector<std::string> names;
  for (const wire::MessageFacts& message : wire::AllMessageFacts()) {
    names.push_back(fmt::format("'{}'", message.name));
  }
  return names;
}

}  // namespace

int RunSchema(const SchemaOptions& options, std::ostream& out, std::ostream& err) {
  if (options.what == "docs" && !options.file.empty()) return WriteTables(options.file, out, err);
  if (const std::string text = options.file.empty() ? TextOf(options.what) : ""; !text.empty()) {
    out << text;
    return kExitDone;
  }
  err << fmt::format("schema: give 'fleet', 'task', 'asyncapi', {} or 'docs FILE.md', not {}\n",
                     fmt::join(MessageNames(), ", "), Quoted(options.what));
  return kExitBadInput;
}

}  // namespace biglittle
