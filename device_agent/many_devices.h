// How a process of many devices keeps each of them small.
#pragma once

#include <cstddef>

namespace biglittle {

// To be called before there is any thread of ours: threads get small stacks and share few heaps,
// and as many files may be open as the system allows. Where the system has no such settings,
// nothing happens.
void PrepareForManyDevices();

}  // namespace biglittle
