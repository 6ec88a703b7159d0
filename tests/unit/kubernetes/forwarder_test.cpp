#include "forwarder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream::kubernetes {
namespace {

TEST(ForwardedPort, is_one_of_this_machine_and_one_of_the_pod) {
  EXPECT_EQ(read_port("8080:80"), (ForwardedPort{8080, 80}));
  EXPECT_EQ(read_port("9000"), (ForwardedPort{9000, 9000}));
  EXPECT_EQ(read_port("1:65535"), (ForwardedPort{1, 65535}));
  for (const char* none : {"", ":", "80:", ":80", "0", "0:80", "80:0", "65536", "80:65536", "-1", "+1", "80x",
                           "8080:80:80", " 80", "127.0.0.1:80:80"})
    EXPECT_EQ(read_port(none), std::nullopt) << none;
}

TEST(ForwardEar, drops_the_number_with_which_each_stream_begins) {
  ForwardEar ear;
  EXPECT_EQ(ear.take({forward_data, "\x50"}), "");
  EXPECT_EQ(ear.take({forward_error, std::string("\x50\0refused", 9)}), "refused");
  EXPECT_EQ(ear.take({forward_data, ""}), "");
  EXPECT_EQ(ear.take({forward_data, std::string("\0a", 2)}), "a");
  EXPECT_EQ(ear.take({forward_data, "bc"}), "bc");
  EXPECT_EQ(ear.take({forward_error, "more"}), "more");
  EXPECT_EQ(ear.take({255, "x"}), "") << "of a stream that nobody has asked for, too";
}

}  // namespace
}  // namespace dream::kubernetes
