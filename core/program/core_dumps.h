// Core dumps of a process that holds keys or passwords.
#pragma once

namespace biglittle {

// Set to 1 they are kept, for whoever looks for a crash.
inline constexpr char kCoreDumpsVariable[] = "BIGLITTLE_CORE_DUMPS";

// From now on the system writes no core dump of this process, whatever its limits and
// core_pattern say, and lets no other process of the same user read its memory, a debugger
// included; its files in /proc belong to root. Programs that it starts have their own say. Unless
// kCoreDumpsVariable says otherwise.
void KeepKeysOutOfCoreDumps();

}  // namespace biglittle
