#include "base/read_all.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/descriptor.hpp"
#include "base/write_all.hpp"

namespace dream {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Descriptor file_with(const std::string& text) {
  Descriptor file(::memfd_create("text", MFD_CLOEXEC));
  EXPECT_EQ(write_all(file.get(), text), 0);
  return file;
}

TEST(ReadAll, reads_from_the_begin_wherever_the_offset_stands) {
  for (const std::size_t size : {0U, 1U, 16'383U, 16'384U, 16'385U, 200'000U}) {
    const std::string text(size, 'x');
    const auto read = read_all(file_with(text).get(), size);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(*read, text) << size;
  }
}

TEST(ReadAll, reads_files_of_the_system_whose_size_is_said_to_be_0) {
  const Descriptor file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const auto read = read_all(file.get(), 100'000);
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, StartsWith("Name:"));
  EXPECT_THAT(file_text("/proc/self/status"), StartsWith("Name:"));
}

TEST(ReadAll, refuses_what_is_too_large_and_what_can_not_be_read) {
  const auto large = read_all(file_with(std::string((1U << 20U) + 1, 'x')).get(), 1U << 20U);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message, "can't be read: it is larger than 1 MiB");
  const auto folder = read_all(Descriptor(::open("/", O_RDONLY | O_CLOEXEC)).get(), 100);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("Is a directory"));
  EXPECT_EQ(file_text("/no/such/file"), "");
}

}  // namespace
}  // namespace dream
