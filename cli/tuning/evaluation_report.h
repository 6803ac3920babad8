// An evaluation for people, and as the JSON that tools read. Pure.
#pragma once

#include <string>

#include "cli/tuning/evaluation.h"
#include "core/task/task.h"

namespace biglittle {

std::string ToText(const Task& task, const Evaluation& evaluation);
std::string ToJson(const Task& task, const Evaluation& evaluation);

}  // namespace biglittle
