// Tells a Mosquitto of this machine to read its certificates and revocation list again.
#pragma once

#include <filesystem>
#include <string>

namespace biglittle {

// Sends SIGHUP to the Mosquitto that was started with `settings` as its configuration file, found
// by its command line: its pid_file it writes as a daemon only. Only processes of `user`, of root
// and of our own user count, since anybody can make one that looks like it. False if none runs here
// or it may not be signalled. It takes the signal up a moment later.
bool ReloadBroker(const std::filesystem::path& settings, const std::string& user);

}  // namespace biglittle
