// What errors within groups (people, machines, months) say about a group that is not among them.
// Groups, not readings, are what was drawn; of each the share of errors counts once, however many
// readings it has. Pure functions, thread-safe.
//
// Sources: Dunn, Wasserman, Ramdas, "Distribution-free prediction sets for two-layer hierarchical
// models", JASA 2022 (groups as what is exchangeable); Bates, Angelopoulos, Lei, Malik, Jordan,
// "Distribution-free, risk-controlling prediction sets", J. ACM 2021 (the test for a mean of
// bounded losses, after Hoeffding, 1963, and Bentkus, 2004). It holds for groups drawn
// independently of each other from what later groups are drawn from: months of a sensor that ages
// are not.
#pragma once

#include <span>

namespace biglittle {

// The p-value of "the expected share of errors in a new group is above `rate`": `shares` has each
// group's, 0 to 1. 1 without groups.
double GroupPValue(std::span<const double> shares, double rate);

// The least rate that these shares show at that confidence; 1 without groups.
double GroupUpperBound(std::span<const double> shares, double confidence);

}  // namespace biglittle
