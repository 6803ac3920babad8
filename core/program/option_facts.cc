#include "core/program/option_facts.h"

#include <string_view>

#include <CLI/CLI.hpp>

namespace biglittle {
namespace {

// CLI11 tells a choice in the type's name alone: "TEXT:{a,b,c}".
std::vector<std::string> ChoicesIn(std::string_view type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  std::vector<std::string> choices;
  std::string_view rest = type.substr(open + 1, close - open - 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    choices.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return choices;
}

OptionFacts FactsOf(const CLI::Option& option) {
  OptionFacts facts;
  facts.is_positional = !option.nonpositional();
  if (facts.is_positional) facts.names.push_back(option.get_name(true));
  for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  facts.takes_value = option.get_items_expected_max() > 0;
  facts.is_required = option.get_required();
  const std::string type = option.get_type_name();
  facts.value = type.substr(0, type.find(':'));
  facts.choices = ChoicesIn(type);
  facts.default_value = option.get_default_str();
  facts.help = option.get_description();
  return facts;
}

}  // namespace

std::vector<OptionFacts> FactsOfOptions(const CLI::App& app) {
  std::vector<OptionFacts> all;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) all.push_back(FactsOf(*option));
  }
  return all;
}

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

}  // namespace biglittle
