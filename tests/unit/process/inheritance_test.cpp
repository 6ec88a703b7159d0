#include "process/inheritance.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "support/refused_call.hpp"

namespace dream::process {
namespace {

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

/// 0, or the number of what is wrong.
int keep_one_of_three() {
  std::array<int, 3> all{};
  for (int& descriptor : all) descriptor = ::open("/dev/null", O_RDONLY);
  close_all_but(all[1]);
  if (is_open(all[0])) return 1;
  if (!is_open(all[1])) return 2;
  if (is_open(all[2])) return 3;
  return is_open(STDERR_FILENO) ? 0 : 4;
}

TEST(Descriptors, are_closed_but_for_one) {
  EXPECT_EXIT(::_exit(keep_one_of_three()), ::testing::ExitedWithCode(0), "");
}

TEST(Descriptors, are_closed_also_by_a_kernel_that_can_not_close_a_range) {
  EXPECT_EXIT((refuse_call(SYS_close_range, ENOSYS), ::_exit(keep_one_of_three())),
              ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace dream::process
