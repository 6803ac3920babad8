#include "wire/mqtt/refusal_gauge.h"

#include <algorithm>

namespace biglittle::wire {

std::string RefusalGauge::Standing() const {
  std::vector<std::string> standing;
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    const std::string& name = kinds_[kind].name;
    if (Stands(kind) && std::ranges::find(standing, name) == standing.end()) {
      standing.push_back(name);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    if (i > 0) text += i + 1 == standing.size() ? " and " : ", ";
    text += standing[i];
  }
  return text;
}

}  // namespace biglittle::wire
