#include "cli/inspect_command.h"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/exit_code.h"
#include "nn/model.h"

namespace biglittle {
namespace {

// A text from the file, on one line of the terminal.
std::string Printable(std::string text) {
  for (char& c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7F) c = '?';
  }
  return text;
}

// "logits [N, 6]".
std::string Describe(const nn::Port& port) {
  std::string shape = "N";
  for (const auto extent : port.shape) shape += fmt::format(", {}", extent);
  return fmt::format("{} [{}]", Printable(port.name), shape);
}

void Line(std::ostream& out, std::string_view name, const std::string& value) {
  out << fmt::format("{:<24}{}\n", name, value);
}

std::map<std::string, std::size_t> Count(const std::vector<std::string>& operators) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& name : operators) ++counts[name];
  return counts;
}

}  // namespace

int RunInspect(const std::filesystem::path& path, std::ostream& out, std::ostream& err) {
  const auto model = nn::Model::Load(path);
  if (!model.ok()) {
    err << std::string(model.status().message()) << '\n';
    return kExitBadInput;
  }
  const nn::ModelInfo& info = model->info();
  Line(out, "file", path.string());
  Line(out, "producer", Printable(info.producer));
  Line(out, "opset", fmt::format("{}", info.opset));
  Line(out, "sha256", info.sha256);
  Line(out, "bytes", fmt::format("{}", info.file_bytes));
  Line(out, "input", Describe(model->input()));
  Line(out, "output", Describe(model->output()));
  Line(out, "parameters", fmt::format("{}", info.parameters));
  Line(out, "multiply-adds a sample", fmt::format("{}", info.multiply_adds));
  Line(out, "operators", fmt::format("{}", info.operators.size()));
  for (const auto& [name, count] : Count(info.operators)) {
    Line(out, "  " + name, fmt::format("{}", count));
  }
  return kExitDone;
}

}  // namespace biglittle
