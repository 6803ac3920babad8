// A JPEG for tests.
#pragma once

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cstdint>
#include <vector>

namespace biglittle {

// Of RGB pixels, at the best quality.
inline std::vector<std::uint8_t> JpegOf(const std::vector<std::uint8_t>& rgb, int width, int height,
                                        int flags = 0) {
  tjhandle handle = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, rgb.data(), width, 0, height, TJPF_RGB, &bytes, &size, TJSAMP_444,
                        100, flags),
            0);
  std::vector<std::uint8_t> jpeg(bytes, bytes + size);
  tjFree(bytes);
  tjDestroy(handle);
  return jpeg;
}

}  // namespace biglittle
