#include "process/inheritance.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace dream::process {
namespace {

/// As a kernel before 5.9 answers.
void have_no_close_range() {
  std::array<sock_filter, 4> rules{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                   sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
                                   sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                                   sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{rules.size(), rules.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    ::_exit(99);
}

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
  EXPECT_EXIT((have_no_close_range(), ::_exit(keep_one_of_three())), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace dream::process
