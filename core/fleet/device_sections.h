// The sections of a device in a fleet file that need nothing but themselves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/fleet/escalation_config.h"
#include "core/fleet/record_config.h"
#include "core/fleet/results_config.h"
#include "core/fleet/state_config.h"
#include "core/yaml/key_table.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

inline constexpr WholeRange kDeadlineMs{1, 3'600'000};

// As the file writes them.
std::string_view Name(EscalationPolicyKind policy);
std::string_view Name(UnlikeAction action);

const KeyTable<EscalationConfig>& EscalationKeys();
const KeyTable<ResultsConfig>& ResultsKeys();
const KeyTable<StateConfig>& StateKeys();
const KeyTable<StoreConfig>& StoreKeys();
const KeyTable<RecordConfig>& RecordKeys();

// `class_deadlines_ms`. Labels are not checked here: only the task knows them.
void ReadClassDeadlines(const YamlNode& node, std::map<std::string, Milliseconds>& deadlines,
                        Problems& problems);

// The folder is missed only where there was none before.
void ReadRecord(const YamlNode& node, std::optional<RecordConfig>& record, Problems& problems);

// Likewise.
void ReadStore(const YamlNode& node, std::optional<StoreConfig>& store, Problems& problems);

}  // namespace biglittle
