#include "probe/listeners.hpp"

#include <gtest/gtest.h>

namespace dream::probe {
namespace {

TEST(Listeners, are_the_rows_that_listen) {
  const auto listeners = listeners_in(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0\n"
      "   1: 0100007F:1538 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n"
      "   2: 00000000000000000000000001000000:FFFF 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4713 1 0\n");
  ASSERT_EQ(listeners.size(), 2U);
  EXPECT_EQ(listeners[0].port, 5432);
  EXPECT_EQ(listeners[0].inode, 4711U);
  EXPECT_EQ(listeners[0].user, 1000U);
  EXPECT_EQ(listeners[1].port, 65535);
  EXPECT_EQ(listeners[1].inode, 4713U);
}

TEST(Listeners, of_what_is_no_table_are_none) {
  EXPECT_TRUE(listeners_in("").empty());
  EXPECT_TRUE(listeners_in("a\nb c d 0A\n\n").empty());
}

}  // namespace
}  // namespace dream::probe
