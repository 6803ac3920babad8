// Keeps the log off a terminal that shows something else meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace biglittle {

// While it lives, what is logged is not written, but its newest lines are kept. Constructed and
// destroyed while no other thread logs; Lines() is thread-safe.
class KeptLog {
 public:
  KeptLog();
  ~KeptLog();  // the log goes where it went before
  KeptLog(const KeptLog&) = delete;
  KeptLog& operator=(const KeptLog&) = delete;

  // The texts, as Shown() shows them, the newest last; at most kMostLines.
  static constexpr std::size_t kMostLines = 20;
  std::vector<std::string> Lines() const;
  // How many there were, those that were forgotten included.
  std::uint64_t Count() const;

 private:
  class Sink;
  class Before;

  std::shared_ptr<Sink> sink_;
  std::unique_ptr<Before> before_;
};

}  // namespace biglittle
