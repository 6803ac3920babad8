#include "core/program/manual_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/program/option_facts.h"
#include "core/version.h"

namespace biglittle {
namespace {

// As man(7) has it: a backslash, a leading dot or quote and a plain dash would mean something.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool begins_line = escaped.empty() || escaped.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Bold(std::string_view text) { return fmt::format("\\fB{}\\fR", Escaped(text)); }
std::string Slanted(std::string_view text) { return fmt::format("\\fI{}\\fR", Escaped(text)); }

// "--log-level TEXT", in the page's type.
std::string Heading(const OptionFacts& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) {
    names.push_back(option.is_positional ? Slanted(name) : Bold(name));
  }
  std::string heading = fmt::format("{}", fmt::join(names, ", "));
  if (!option.is_positional && option.takes_value) heading += " " + Slanted(option.value);
  return heading;
}

std::string Remarks(const OptionFacts& option) {
  std::vector<std::string> remarks;
  if (!option.choices.empty())
    remarks.push_back(fmt::format("one of {}", fmt::join(option.choices, ", ")));
  if (!option.default_value.empty()) remarks.push_back("by default " + option.default_value);
  if (option.is_required) remarks.emplace_back("must be given");
  return remarks.empty() ? "" : fmt::format(" ({})", fmt::join(remarks, "; "));
}

void AddOptions(const CLI::App& app, std::string& page) {
  std::vector<OptionFacts> options = FactsOfOptions(app);
  std::stable_partition(options.begin(), options.end(),
                        [](const OptionFacts& option) { return option.is_positional; });
  for (const OptionFacts& option : options) {
    page += fmt::format(".TP\n{}\n{}\n", Heading(option),
                        Escaped(fmt::format("{}{}.", option.help, Remarks(option))));
  }
}

// "biglittle demo [OPTIONS] task...", in the page's type.
std::string Synopsis(const CLI::App& app, std::string_view program) {
  std::string line = fmt::format("{} [{}]", Bold(program), Slanted("options"));
  for (const OptionFacts& option : FactsOfOptions(app)) {
    if (option.is_positional) line += " " + Slanted(option.names.front());
  }
  if (!CommandsOf(app).empty()) line += " " + Slanted("command");
  return line;
}

void AddCommands(const CLI::App& app, const std::string& path, std::string& page) {
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string name = fmt::format("{} {}", path, command->get_name());
    page += fmt::format(".SS {}\n{}.\n.PP\n{}\n", Escaped(name),
                        Escaped(command->get_description()), Synopsis(*command, name));
    AddOptions(*command, page);
    AddCommands(*command, name, page);
  }
}

}  // namespace

std::string ManualPage(const CLI::App& app) {
  const std::string name = app.get_name();
  std::string page = fmt::format(
      ".\\\" Made of the program's options: {0} --manual-page\n"
      ".TH {0} 1 \"\" \"BigLittle {1}\" \"BigLittle\"\n"
      ".SH NAME\n{2} \\- {3}\n.SH SYNOPSIS\n{4}\n.SH OPTIONS\n",
      name, Version(), Escaped(name), Escaped(app.get_description()), Synopsis(app, name));
  AddOptions(app, page);
  if (!CommandsOf(app).empty()) page += ".SH COMMANDS\n";
  AddCommands(app, name, page);
  page +=
      ".SH EXIT STATUS\n"
      ".TP\n0\nDone.\n.TP\n1\nFailed while running.\n.TP\n2\nBad input or usage.\n"
      ".SH SEE ALSO\n"
      ".BR biglittle (1),\n.BR device_agent (1),\n.BR cloud_worker (1),\n.BR mosquitto (8)\n";
  return page;
}

}  // namespace biglittle
