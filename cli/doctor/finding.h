// What `biglittle doctor` has to say of one part of a machine.
#pragma once

#include <cstdint>
#include <string>

namespace biglittle {

struct Finding {
  enum class Grade : std::uint8_t {
    kWell,
    kNotice,   // it works; somebody should know
    kTrouble,  // it does not work, or soon will not
  };
  Grade grade = Grade::kWell;
  std::string subject;  // one or two words: "clock"
  std::string text;     // what is so; a part of a sentence
  std::string mend;     // what mends it; empty where there is nothing to mend
};

}  // namespace biglittle
