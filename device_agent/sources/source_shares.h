// What the sources of one process have in common: the files that they replay, a line that several
// read.
#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace biglittle {

// One object of each type that any source asks for, made when it is first asked for. Not
// thread-safe.
class SourceShares {
 public:
  template <typename Part>
  std::shared_ptr<Part> Of() {
    std::shared_ptr<void>& part = parts_[typeid(Part)];
    if (part == nullptr) part = std::make_shared<Part>();
    return std::static_pointer_cast<Part>(part);
  }

 private:
  // A source may keep a part longer than the process keeps this.
  std::map<std::type_index, std::shared_ptr<void>> parts_;
};

}  // namespace biglittle
