// What our programs return; the same for all of them.
#pragma once

namespace biglittle {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;    // it began well and went wrong
inline constexpr int kExitBadInput = 2;  // a file, an option or a value is not usable

}  // namespace biglittle
