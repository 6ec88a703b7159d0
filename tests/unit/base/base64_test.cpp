#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace dream {
namespace {

TEST(Base64, is_that_of_the_standard_and_gives_the_bytes_back) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    EXPECT_EQ(from_base64(to_base64(all)), all);
  }
}

TEST(Base64, is_read_up_to_what_is_none) {
  EXPECT_EQ(from_base64("Zm9v YmFy"), "foo");
}

}  // namespace
}  // namespace dream
