// An entry of a fleet file that stands for many: its `count`, `first`, and the ids of its copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// The copies that an entry stands for.
struct Copies {
  std::size_t count = 1;
  std::uint64_t first = 1;
  bool is_template = false;
};

// `id`, `count`, 1 to `most`, and `first` of an entry that stands for so many `things`. The id is
// read by IdTemplates.
KeyTable<Copies> EntryKeys(const std::string& things, std::size_t most);

// `pattern` with the number of copy `k` (0, 1, ...) for each {n} in it, with zeros in front up to
// the width of the largest.
std::string OfCopy(std::string_view pattern, const Copies& copies, std::size_t k);

// Gives out the ids of one kind of entries, each once. Not thread-safe.
class IdTemplates {
 public:
  // `what`, for messages: "device" or "worker". It must outlive this.
  explicit IdTemplates(std::string_view what) : what_(what) {}

  // The ids of the copies in order, but at most `room`; {n} in the id is the copy's number, with
  // zeros in front up to the width of the largest: names then sort as their numbers do. Stops at
  // the first id that is unusable or given already, after reporting it.
  std::vector<std::string> Unfold(const YamlNode& id, const Copies& copies, std::size_t room,
                                  Problems& problems);

 private:
  const std::string_view what_;
  std::unordered_map<std::string, int> line_of_id_;
};

}  // namespace biglittle
