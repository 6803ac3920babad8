// What the command line's parser knows of an option, in the words of those who write about it.
//
// Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace biglittle {

struct OptionFacts {
  std::vector<std::string> names;  // with their dashes; of a positional one its name alone
  bool is_positional = false;
  bool takes_value = false;
  bool is_required = false;
  std::string value;                 // what stands for it: "TEXT", "INT"
  std::vector<std::string> choices;  // empty: anything
  std::string default_value;         // empty: none is told
  std::string help;
};

// Those that --help shows, in its order.
std::vector<OptionFacts> FactsOfOptions(const CLI::App& app);

// Those that --help shows, in its order.
std::vector<const CLI::App*> CommandsOf(const CLI::App& app);

}  // namespace biglittle
