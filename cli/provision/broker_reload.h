// Tells a Mosquitto of this machine to read its certificates and revocation list again.
#pragma once

#include <filesystem>

namespace biglittle {

// Sends SIGHUP to the Mosquitto that was started with `settings` as its configuration file, found
// by its command line: its pid_file it writes as a daemon only. False if none runs here or it may
// not be signalled. It takes the signal up a moment later.
bool ReloadBroker(const std::filesystem::path& settings);

}  // namespace biglittle
