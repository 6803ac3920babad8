#include "cli/schema/schema_command.h"

#include <fmt/format.h>

#include <ostream>

#include "absl/status/status.h"

#include "cli/schema/json_schema.h"
#include "cli/schema/key_tables.h"
#include "cli/text_file.h"
#include "core/fleet/fleet_file.h"
#include "core/program/exit_code.h"
#include "core/task/task_reader.h"
#include "core/text.h"
#include "core/yaml/yaml_reader.h"
#include "device_agent/sources/source_registry.h"

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

}  // namespace

int RunSchema(const SchemaOptions& options, std::ostream& out, std::ostream& err) {
  if (options.what == "docs" && !options.file.empty()) return WriteTables(options.file, out, err);
  if (options.file.empty()) {
    if (options.what == "fleet") {
      out << JsonSchemaOf(*FleetFacts(AllSources()), "fleet.schema.json", "BigLittle fleet file");
      return kExitDone;
    }
    if (options.what == "task") {
      out << JsonSchemaOf(*TaskFacts(), "task.schema.json", "BigLittle task file");
      return kExitDone;
    }
  }
  err << fmt::format("schema: give 'fleet', 'task' or 'docs FILE.md', not {}\n",
                     Quoted(options.what));
  return kExitBadInput;
}

}  // namespace biglittle
