// `biglittle schema`: what may be written into a file, and what travels on the topics, for editors,
// other programs and people.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct SchemaOptions {
  std::string what;            // fleet, task, asyncapi, docs, or a message's name
  std::filesystem::path file;  // of docs
};

// fleet, task: writes the JSON Schema of such a file to `out`; result, status, state, control,
// control-reply, snapshot: that of such a message (wire/messages/message_facts.h); asyncapi: the
// document of all topics and messages. docs: writes the tables of keys in the Markdown file anew
// (key_tables.h). Returns 0; 2 for anything else, a file that cannot be read or has marks that are
// wrong; 1 if it cannot be written.
int RunSchema(const SchemaOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
