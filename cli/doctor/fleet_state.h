// A look at one program of a fleet on this machine: its fleet file, models, credentials, store and
// broker.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "cli/doctor/finding.h"
#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/connect/connect_trouble.h"
#include "wire/tls/credentials.h"

namespace biglittle {

// One finding a part; what hangs on a part in trouble is left out. Without `identity`: the fleet
// file, its models, and the way to the broker without credentials. Reads files, and opens one
// connection, on which nothing is said in MQTT: who is connected there stays so. Blocks for 11 s at
// most.
std::vector<Finding> ExamineFleet(const std::filesystem::path& config,
                                  const std::optional<wire::Identity>& identity);

// Pure. When what `ends` tells of is over.
Finding JudgeEnds(const wire::CredentialEnds& ends, WallTime now);
// Pure. What a look at the broker found.
Finding JudgeBroker(const wire::Trouble& trouble, const BrokerConfig& broker);

}  // namespace biglittle
