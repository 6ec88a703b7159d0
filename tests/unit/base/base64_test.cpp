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

TEST(Base64, is_read_without_its_padding_and_as_a_whole_or_not_at_all) {
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_EQ(from_base64("Zm8"), "fo");
  for (const char* none : {"Zm9v YmFy", "Zm9vYmF\xc3", "Zm9vY", "Zg==Zg==", "Zm-_", "Zm9v\n"})
    EXPECT_EQ(from_base64(none), std::nullopt) << none;
}

}  // namespace
}  // namespace dream
