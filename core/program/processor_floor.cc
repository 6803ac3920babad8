// Part of each program, not of a library, for nothing refers to it: where the compiler was allowed
// instructions that not every processor of the architecture has (cmake/toolchains/debian.cmake), a
// processor without them is told so in a line, before it comes to one and ends the program by a
// signal.
#if (defined(__arm__) && defined(__ARM_NEON)) || (defined(__i386__) && defined(__SSE2__))

#include <unistd.h>

#include <string_view>

#ifdef __arm__
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace biglittle {
namespace {

#ifdef __arm__
constexpr std::string_view kTrouble =
    "this processor has no NEON, without which this program cannot run (docs/devices.md)\n";

bool HasAll() { return (getauxval(AT_HWCAP) & HWCAP_NEON) != 0; }
#else
constexpr std::string_view kTrouble =
    "this processor has no SSE2, without which this program cannot run (docs/devices.md)\n";

bool HasAll() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse2") != 0;
}
#endif

// 101 is the first that is free for programs.
[[gnu::constructor(101)]] void CheckProcessor() {
  if (HasAll()) return;
  constexpr int kBadInput = 2;
  static_cast<void>(!write(STDERR_FILENO, kTrouble.data(), kTrouble.size()));
  _exit(kBadInput);
}

}  // namespace
}  // namespace biglittle

#endif
