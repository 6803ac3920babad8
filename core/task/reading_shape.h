// The key `shape` of a task file: what a reading's tensor is like, without the batch. A private
// part of the task reader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/task/task.h"
#include "core/tensor.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

Key<Task> ReadingShapeKey(std::string help);

// nullopt after reporting what is wrong: among it more bytes than a reading may have.
std::optional<Shape> ReadReadingShape(const YamlNode& node, std::size_t element_bytes,
                                      Problems& problems);

}  // namespace biglittle
