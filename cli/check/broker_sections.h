// A Mosquitto configuration parted into what Mosquitto applies its lines to.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/check/broker_file.h"

namespace biglittle {

// The directives of one listener, of one bridge, or of the broker.
class BrokerSection {
 public:
  BrokerSection(int line, std::string value) : line_(line), value_(std::move(value)) {}

  // 1-based; 0: the broker, which has no line of its own.
  int line() const { return line_; }
  // Of the line `listener` or `connection`.
  const std::string& value() const { return value_; }

  void Add(int line, const BrokerLine& what) { lines_.emplace_back(line, what); }
  // The last one counts, as in Mosquitto; nullptr if there is none.
  const std::string* Find(std::string_view directive) const;
  bool Has(std::string_view directive) const { return Find(directive) != nullptr; }
  bool IsTrue(std::string_view directive) const;
  // The section's own line if it has no such directive.
  int LineOf(std::string_view directive) const;
  // Every line of it with its number, in the order of the file.
  const std::vector<std::pair<int, BrokerLine>>& lines() const { return lines_; }

 private:
  int line_;
  std::string value_;
  std::vector<std::pair<int, BrokerLine>> lines_;
};

struct BrokerSections {
  BrokerSection broker{0, ""};  // what holds for all
  std::vector<BrokerSection> listeners;
  std::vector<BrokerSection> bridges;
  // Begins with `connection`: no configuration by itself, but a part to be appended to one.
  bool is_part = false;
  // Rights (allow_anonymous, acl_file, plugin) are each listener's own.
  bool per_listener = false;
};

BrokerSections ReadBrokerSections(std::string_view text);

}  // namespace biglittle
