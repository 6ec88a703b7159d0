#include "base/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace dream {
namespace {

Descriptor open_nothing() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

TEST(ADescriptor, is_closed_with_its_owner) {
  std::optional<Descriptor> owner(open_nothing());
  const int number = owner->get();
  EXPECT_TRUE(owner->is_open());
  EXPECT_TRUE(is_open(number));
  owner.reset();
  EXPECT_FALSE(is_open(number));
}

TEST(ADescriptor, has_one_owner_after_a_move) {
  Descriptor first = open_nothing();
  const int number = first.get();
  {
    const Descriptor second(std::move(first));
    EXPECT_EQ(second.get(), number);
    EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): that is the question
  }
  EXPECT_FALSE(is_open(number));
}

TEST(ADescriptor, that_gets_another_one_closes_its_own) {
  Descriptor first = open_nothing();
  Descriptor second = open_nothing();
  const int old = first.get();
  const int moved = second.get();
  first = std::move(second);
  EXPECT_FALSE(is_open(old));
  EXPECT_EQ(first.get(), moved);
  EXPECT_TRUE(is_open(moved));
}

TEST(ADescriptor, that_is_released_is_the_callers) {
  int number = -1;
  {
    Descriptor owner = open_nothing();
    number = owner.release();
    EXPECT_FALSE(owner.is_open());
  }
  EXPECT_TRUE(is_open(number));
  EXPECT_EQ(Descriptor(number).close(), 0);
  EXPECT_FALSE(is_open(number));
}

TEST(ADescriptor, tells_what_closing_found_and_leaves_errno_alone) {
  errno = ENOENT;
  {
    const Descriptor nothing;
    const Descriptor bad(1'000'000);
  }
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(Descriptor(1'000'000).close(), EBADF);
  EXPECT_EQ(Descriptor().close(), 0);
}

}  // namespace
}  // namespace dream
