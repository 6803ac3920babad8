// `biglittle schema`: what may be written into a file, for editors and for people.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct SchemaOptions {
  std::string what;            // fleet, task or docs
  std::filesystem::path file;  // of docs
};

// fleet, task: writes the JSON Schema of such a file to `out`. docs: writes the tables of keys in
// the Markdown file anew (key_tables.h). Returns 0; 2 for anything else, a file that cannot be read
// or has marks that are wrong; 1 if it cannot be written.
int RunSchema(const SchemaOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
