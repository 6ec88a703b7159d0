#include "process_identity.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

TEST(ProcessIdentity, knows_the_living_from_the_dead) {
  const std::string mine = own_identity();
  EXPECT_NE(mine, "");
  EXPECT_FALSE(is_dead(mine));
  EXPECT_TRUE(is_dead(mine + "1")) << "the same pid, started at another time";
  EXPECT_FALSE(is_dead(mine.substr(0, mine.rfind('/')))) << "no process is named";
  EXPECT_FALSE(is_dead("")) << "not known";
  EXPECT_FALSE(is_dead("another-boot/pid:[1]/1/1")) << "of another machine, perhaps";
}

TEST(ProcessIdentity, of_a_process_that_is_gone_is_dead) {
  const std::string mine = own_identity();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const std::string place = mine.substr(0, mine.rfind('/', mine.rfind('/') - 1) + 1);
  EXPECT_TRUE(is_dead(place + std::to_string(child) + "/1"));
}

TEST(ProcessIdentity, of_a_process_that_proc_hides_is_not_dead) {
  enum Said : std::uint8_t { alive, dead, no_mount };
  const std::string mine = own_identity();
  const TemporaryFolder empty;
  const std::string shown = "/proc/" + std::to_string(::getpid());
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(empty.path().c_str(), shown.c_str(), nullptr, MS_BIND, nullptr) != 0)
      ::_exit(no_mount);
    ::_exit(is_dead(mine) ? dead : alive);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), alive);
}

}  // namespace
}  // namespace dream::docker
