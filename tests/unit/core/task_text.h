// A task file that is right, for tests that change one line of it.
#pragma once

#include <string>

#include "core/task/task.h"
#include "core/task/task_file.h"

namespace biglittle {

inline const std::string kDigestA(64, 'a');
inline const std::string kDigestB(64, 'b');

// A task with all keys, 22 lines; each problem's test changes one of them.
inline std::string GoodText() {
  return "version: 1\n"                           // 1
         "task: har\n"                            // 2
         "description: What a person is doing\n"  // 3
         "labels: [walk, sit, lie]\n"             // 4
         "priority_classes: [lie, walk]\n"        // 5
         "input:\n"                               // 6
         "  dtype: float32\n"                     // 7
         "  shape: [2, 8]\n"                      // 8
         "normalisation:\n"                       // 9
         "  mean: [0.5, -1]\n"                    // 10
         "  standard_deviation: [1, 2.5]\n"       // 11
         "little:\n"                              // 12
         "  file: little.onnx\n"                  // 13
         "  sha256: " +
         kDigestA +
         "\n"                               // 14
         "  outputs: [lie, other, walk]\n"  // 15
         "  temperature: 1.5\n"             // 16
         "big:\n"                           // 17
         "  file: nets/big.onnx\n"          // 18
         "  sha256: " +
         kDigestB +
         "\n"                                                         // 19
         "thresholds: {lie: 0.25, walk: 1}\n"                         // 20
         "held_out: {accuracy: 0.9, confusion: [[1, 2], [3, 4]]}\n";  // 21
}

inline Parsed<Task> Parse(const std::string& text) {
  return ParseTask(text, "models/har/task.yaml");
}

}  // namespace biglittle
