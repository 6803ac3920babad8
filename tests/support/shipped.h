// What this source tree is shipped with. The tests look at these, not at what lies beside them: the
// tasks that a user trained into models/, the fleets that he wrote into config/.
#pragma once

#include <array>

namespace biglittle {

// Folders of models/.
inline constexpr std::array<const char*, 7> kShippedTasks{
    "bearing", "cifar-10", "digits", "fashion-mnist", "har", "mnist", "vibration"};
// Files of config/.
inline constexpr std::array<const char*, 7> kShippedFleets{
    "bearing.yaml", "digits.yaml", "fashion-mnist.yaml", "fifty-devices.yaml",
    "har.yaml",     "secure.yaml", "vibration.yaml"};

}  // namespace biglittle
