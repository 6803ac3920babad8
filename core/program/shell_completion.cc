#include "core/program/shell_completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include <CLI/CLI.hpp>

#include "core/program/option_facts.h"

namespace biglittle {
namespace {

// One command, and how one comes to it.
struct Place {
  std::vector<std::string> path;  // of subcommands; empty for the program itself
  std::string help;
  std::vector<OptionFacts> options;
  std::vector<const CLI::App*> commands;
};

void AddPlaces(const CLI::App& app, std::vector<std::string> path, std::vector<Place>& places) {
  places.push_back({path, app.get_description(), FactsOfOptions(app), CommandsOf(app)});
  for (const CLI::App* command : CommandsOf(app)) {
    std::vector<std::string> longer = path;
    longer.push_back(command->get_name());
    AddPlaces(*command, std::move(longer), places);
  }
}

std::vector<std::string> NamesOf(const Place& place) {
  std::vector<std::string> names;
  for (const CLI::App* command : place.commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> DashedNamesOf(const Place& place) {
  std::vector<std::string> names;
  for (const OptionFacts& option : place.options) {
    if (!option.is_positional) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// Within single quotes of bash and zsh.
std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted;
}

// As part of a shell function's name.
std::string Identifier(std::string_view name) {
  std::string identifier(name);
  for (char& c : identifier) {
    if (c == '-') c = '_';
  }
  return identifier;
}

// ---- bash(1), "Programmable Completion"

std::string BashCase(const Place& place) {
  std::string text = fmt::format("    '{}')\n      case $before in\n", fmt::join(place.path, " "));
  for (const OptionFacts& option : place.options) {
    if (option.is_positional || !option.takes_value) continue;
    text += option.choices.empty()
                ? fmt::format("        {}) return ;;\n", fmt::join(option.names, "|"))
                : fmt::format("        {}) words='{}' ;;\n", fmt::join(option.names, "|"),
                              fmt::join(option.choices, " "));
  }
  text += fmt::format(
      "        *) case $word in -*) words='{}' ;; *) words='{}' ;; esac ;;\n      esac ;;\n",
      fmt::join(DashedNamesOf(place), " "), fmt::join(NamesOf(place), " "));
  return text;
}

std::string Bash(const std::string& program, const std::vector<Place>& places) {
  std::string text = fmt::format(
      "# Made of the program's options: {0} --completion bash\n"
      "_{1}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} path= words= "
      "at\n"
      "  COMPREPLY=()\n"
      "  for ((at = 1; at < COMP_CWORD; ++at)); do\n"
      "    case \"$path${{path:+ }}${{COMP_WORDS[at]}}\" in\n",
      program, Identifier(program));
  for (const Place& place : places) {
    if (!place.path.empty()) {
      text += fmt::format("      '{0}') path='{0}' ;;\n", fmt::join(place.path, " "));
    }
  }
  text += "    esac\n  done\n  case $path in\n";
  for (const Place& place : places) text += BashCase(place);
  text += fmt::format(
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "}}\n"
      "complete -o default -F _{} {}\n",
      Identifier(program), program);
  return text;
}

// ---- zshcompsys(1)

// Brackets and colons end a description there.
std::string ZshText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return Quoted(escaped);
}

std::string ZshValue(const OptionFacts& option) {
  if (!option.takes_value) return "";
  return option.choices.empty()
             ? fmt::format(":{}:_files", ZshText(option.value))
             : fmt::format(":{}:({})", ZshText(option.value),
                           Quoted(fmt::format("{}", fmt::join(option.choices, " "))));
}

std::string ZshFunctionName(const std::string& program, const Place& place) {
  std::string name = "_" + Identifier(program);
  for (const std::string& part : place.path) name += "__" + Identifier(part);
  return name;
}

std::string ZshFunction(const std::string& program, const Place& place) {
  const std::string function = ZshFunctionName(program, place);
  std::string text = fmt::format("{}() {{\n  local -a commands\n", function);
  std::string arguments;
  for (const OptionFacts& option : place.options) {
    if (option.is_positional) continue;
    for (const std::string& name : option.names) {
      arguments +=
          fmt::format(" \\\n    '*{}[{}]{}'", name, ZshText(option.help), ZshValue(option));
    }
  }
  if (place.commands.empty()) {
    return text + fmt::format("  _arguments{} \\\n    '*:file:_files'\n}}\n\n", arguments);
  }
  text += "  commands=(\n";
  for (const CLI::App* command : place.commands) {
    text += fmt::format("    '{}:{}'\n", command->get_name(), ZshText(command->get_description()));
  }
  text += fmt::format(
      "  )\n"
      "  local state\n"
      "  _arguments -C{0} \\\n    '1: :->command' \\\n    '*:: :->rest'\n"
      "  case $state in\n"
      "    command) _describe command commands ;;\n"
      "    rest) _call_function ret \"{1}__${{words[1]//-/_}}\" ;;\n"
      "  esac\n}}\n\n",
      arguments, function);
  return text;
}

std::string Zsh(const std::string& program, const std::vector<Place>& places) {
  std::string text = fmt::format(
      "#compdef {0}\n# Made of the program's options: {0} --completion zsh\n\n", program);
  for (const Place& place : places) text += ZshFunction(program, place);
  return text + fmt::format("_{} \"$@\"\n", Identifier(program));
}

// ---- fish: complete(1)

// Within single quotes of fish, where a backslash takes what follows as it is.
std::string FishQuoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

// Where an option or command belongs: behind all of its path, and behind none that goes on from
// there.
std::string FishCondition(const Place& place) {
  std::vector<std::string> parts;
  for (const std::string& name : place.path) {
    parts.push_back("__fish_seen_subcommand_from " + name);
  }
  if (const std::vector<std::string> names = NamesOf(place); !names.empty()) {
    parts.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(names, " ")));
  }
  return fmt::format("{}", fmt::join(parts, "; and "));
}

std::string FishOption(const std::string& program, const std::string& condition,
                       const OptionFacts& option) {
  std::string text = fmt::format("complete -c {}", program);
  if (!condition.empty()) text += fmt::format(" -n '{}'", condition);
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) text += " -r";
  if (!option.choices.empty()) {
    text +=
        fmt::format(" -f -a '{}'", FishQuoted(fmt::format("{}", fmt::join(option.choices, " "))));
  }
  return text + fmt::format(" -d '{}'\n", FishQuoted(option.help));
}

std::string Fish(const std::string& program, const std::vector<Place>& places) {
  std::string text =
      fmt::format("# Made of the program's options: {} --completion fish\n", program);
  for (const Place& place : places) {
    const std::string condition = FishCondition(place);
    for (const CLI::App* command : place.commands) {
      text += fmt::format("complete -c {} -n '{}' -f -a {} -d '{}'\n", program, condition,
                          command->get_name(), FishQuoted(command->get_description()));
    }
    for (const OptionFacts& option : place.options) {
      if (!option.is_positional) text += FishOption(program, condition, option);
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> ShellCompletion(const CLI::App& app, std::string_view shell) {
  std::vector<Place> places;
  AddPlaces(app, {}, places);
  if (shell == "bash") return Bash(app.get_name(), places);
  if (shell == "zsh") return Zsh(app.get_name(), places);
  if (shell == "fish") return Fish(app.get_name(), places);
  return std::nullopt;
}

}  // namespace biglittle
