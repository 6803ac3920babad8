// What Home Assistant calls the kinds of what is on or off (its binary sensors' device classes):
// its words and pictures follow from them.
#pragma once

#include <array>
#include <string_view>

namespace biglittle {

// Those of Home Assistant 2025.
inline constexpr std::array<std::string_view, 28> kDeviceClasses = {"battery",
                                                                    "battery_charging",
                                                                    "carbon_monoxide",
                                                                    "cold",
                                                                    "connectivity",
                                                                    "door",
                                                                    "garage_door",
                                                                    "gas",
                                                                    "heat",
                                                                    "light",
                                                                    "lock",
                                                                    "moisture",
                                                                    "motion",
                                                                    "moving",
                                                                    "occupancy",
                                                                    "opening",
                                                                    "plug",
                                                                    "power",
                                                                    "presence",
                                                                    "problem",
                                                                    "running",
                                                                    "safety",
                                                                    "smoke",
                                                                    "sound",
                                                                    "tamper",
                                                                    "update",
                                                                    "vibration",
                                                                    "window"};

}  // namespace biglittle
