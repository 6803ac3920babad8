// Typed, bounded access to the maps of a YAML file. Every problem is collected at its place;
// reading goes on, so that a person sees all of them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/diagnostics.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// Collects problems; at most kMaxProblems, then it only counts. Not thread-safe.
class Problems {
 public:
  static constexpr std::size_t kMaxProblems = 1000;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  void Add(const YamlNode& at, std::string message);
  bool empty() const { return problems_.empty(); }
  bool full() const { return problems_.size() >= kMaxProblems; }
  // That of the file: relative paths in the file start there.
  std::filesystem::path folder() const { return std::filesystem::path(file_).parent_path(); }

  // In order of place, without repeats (an anchor that is used twice is still one mistake).
  std::vector<Diagnostic> Take();

 private:
  const std::string file_;
  std::vector<Diagnostic> problems_;
  std::size_t not_kept_ = 0;
};

// Whole numbers and fractions from `least` to `most`, both included unless said.
struct WholeRange {
  std::int64_t least;
  std::int64_t most;
};
struct FractionRange {
  double least;
  double most;
  bool without_least = false;
};
// The largest whole number that JSON and every YAML tool keeps exact: the bound of seeds and
// counts.
inline constexpr std::int64_t kMaxExactWhole = (std::int64_t{1} << 53) - 1;

// These read one value and report what is wrong with it; `name` is how the message calls it. The
// unit that a message states comes from the name's ending (_ms, _s, _bytes).
std::optional<std::int64_t> ReadWhole(const YamlNode& node, std::string_view name, WholeRange range,
                                      Problems& problems);
std::optional<float> ReadFraction(const YamlNode& node, std::string_view name, FractionRange range,
                                  Problems& problems);
// true or false, as YAML 1.2 writes them.
std::optional<bool> ReadBool(const YamlNode& node, std::string_view name, Problems& problems);
// One line of 1 to `longest` bytes.
std::optional<std::string> ReadLine(const YamlNode& node, std::string_view name,
                                    std::size_t longest, Problems& problems);
// See IsIdentifier.
std::optional<std::string> ReadIdentifier(const YamlNode& node, std::string_view name,
                                          Problems& problems);
// The index of the text among `choices`.
std::optional<std::size_t> ReadChoice(const YamlNode& node, std::string_view name,
                                      const std::vector<std::string_view>& choices,
                                      Problems& problems);
// nullptr after reporting that `node` is not a list of `least` to `most` elements.
const std::vector<const YamlNode*>* ReadList(const YamlNode& node, std::string_view name,
                                             std::size_t least, std::size_t most,
                                             Problems& problems);
// Of 1 to `most` elements into `lines`: those that are lines of at most `longest` bytes. Left as it
// is where `node` is no such list.
void ReadLines(const YamlNode& node, std::string_view name, std::size_t most, std::size_t longest,
               std::vector<std::string>& lines, Problems& problems);

// One map. Ask for each key that may be in it, then call Finish, which reports the others. Most are
// asked for by a table (key_table.h). Not thread-safe; node and problems must outlive it.
class MapReader {
 public:
  // Reports if the node is no map, by `name` (then it reads as an empty one), and keys that are
  // repeated or are not text.
  MapReader(const YamlNode& node, std::string_view name, Problems& problems);

  const YamlNode& node() const { return node_; }
  Problems& problems() { return problems_; }
  // False where the node is no map: what is missing in it need not be told.
  bool is_map() const { return node_.kind == YamlNode::Kind::kMap; }

  // The value of `key`, nullptr if the file has none.
  const YamlNode* Find(std::string_view key);
  // The same, and its absence is a problem of this map.
  const YamlNode* Require(std::string_view key);

  // Reports every key that nobody asked for, with the nearest of those that were.
  void Finish();

 private:
  const YamlNode& node_;
  Problems& problems_;
  std::vector<std::string_view> known_;  // keys that were asked for; literals of the callers
};

}  // namespace biglittle
