#include "history/record_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "base/locked_file.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace dream::history {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RecordFileTest : public testing::Test {
 protected:
  static std::string output(int number, std::size_t size = 100) {
    return fmt::format(R"({{"v":1,"atUs":{},"event":"output","step":"./a:b","text":"{}{}"}})", number, number,
                       std::string(size, 'x')) +
           "\n";
  }
  static std::string event(int number) {
    return fmt::format(R"({{"v":1,"atUs":{},"event":"ready","step":"./a:b"}})", number) + "\n";
  }
  [[nodiscard]] std::string text() const {
    std::ifstream file(temporary.path() / "r");
    return (std::stringstream() << file.rdbuf()).str();
  }
  RecordFile make(std::size_t most) {
    auto made = RecordFile::create(folder, "r", "{\"head\":1}\n", most);
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  TemporaryFolder temporary;
  Descriptor folder{::open(temporary.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(RecordFileTest, has_its_lines) {
  RecordFile file = make(10'000);
  EXPECT_EQ(file.append(output(1)), 0);
  EXPECT_EQ(file.append(event(2)), 0);
  EXPECT_EQ(text(), "{\"head\":1}\n" + output(1) + event(2));
}

TEST_F(RecordFileTest, loses_the_oldest_output_and_says_how_much) {
  RecordFile file = make(10'000);
  file.append("{\"plan\":1}\n");
  std::size_t written = 0;
  for (int number = 0; number < 1000; ++number) {
    EXPECT_EQ(file.append(output(number)), 0);
    written += output(number).size();
    if (number % 100 == 0) {
      EXPECT_EQ(file.append(event(number)), 0);
    }
    EXPECT_LE(text().size(), 10'000U);
  }
  EXPECT_THAT(text(), StartsWith("{\"head\":1}\n{\"plan\":1}\n" + event(0) + event(100)));
  EXPECT_THAT(text(), EndsWith(output(998) + output(999)));
  std::size_t kept = 0;
  std::size_t left_out = 0;
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) {
    if (is_output(line)) kept += line.size() + 1;
    constexpr std::string_view key = R"("event":"leftOut","bytes":)";
    if (const auto at = line.find(key); at != std::string::npos)
      left_out += std::stoul(line.substr(at + key.size()));
  }
  EXPECT_EQ(kept + left_out, written) << text();
}

TEST_F(RecordFileTest, loses_other_lines_where_these_alone_are_too_much) {
  RecordFile file = make(10'000);
  file.append("{\"plan\":1}\n");
  for (int number = 0; number < 1000; ++number) EXPECT_EQ(file.append(event(number)), 0);
  EXPECT_LE(text().size(), 10'000U);
  EXPECT_THAT(text(), StartsWith("{\"head\":1}\n{\"plan\":1}\n{\"v\":1,\"atUs\":"));
  EXPECT_THAT(text(), EndsWith(event(999)));
  EXPECT_THAT(text(), HasSubstr("leftOut"));
}

TEST_F(RecordFileTest, is_not_written_anew_again_and_again_where_its_begin_is_large) {
  RecordFile file = make(10'000);
  file.append("{\"plan\":\"" + std::string(30'000, 'x') + "\"}\n");
  for (int number = 0; number < 5000; ++number) EXPECT_EQ(file.append(output(number)), 0);
  EXPECT_LE(text().size(), 90'000U);
  EXPECT_THAT(text(), EndsWith(output(4999)));
}

TEST_F(RecordFileTest, stays_locked_when_it_is_written_anew) {
  RecordFile file = make(10'000);
  for (int number = 0; number < 1000; ++number) file.append(output(number));
  const Descriptor other(::open((temporary.path() / "r").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(lock_file(other, LOCK_SH | LOCK_NB));
  EXPECT_FALSE(std::filesystem::exists(temporary.path() / "r.new"));
}

TEST_F(RecordFileTest, that_can_not_grow_has_whole_lines_and_the_end) {
  RecordFile file = make(1'000'000);
  int problem = 0;
  {
    const FileSizeLimit limit(5000);
    for (int number = 0; number < 100; ++number) {
      const int now = file.append(output(number));
      if (problem == 0) problem = now;
    }
    EXPECT_EQ(problem, EFBIG);
    EXPECT_THAT(text(), EndsWith("\"}\n"));
    EXPECT_LE(text().size(), 5000U);
  }
  EXPECT_EQ(file.append(output(100)), 0) << "no output is taken any more";
  EXPECT_EQ(file.append(event(101)), 0);
  EXPECT_THAT(text(), EndsWith(event(101)));
  EXPECT_THAT(text(), HasSubstr("leftOut"));
  EXPECT_THAT(text(), Not(HasSubstr("\"atUs\":100,\"event\":\"output\"")));
}

TEST_F(RecordFileTest, that_can_not_grow_gives_output_for_what_else_comes) {
  RecordFile file = make(1'000'000);
  const FileSizeLimit limit(5000);
  file.append(event(1));
  for (int number = 2; number < 100; ++number) file.append(output(number));
  for (int number = 100; number < 110; ++number) file.append(event(number));
  EXPECT_THAT(text(), StartsWith("{\"head\":1}\n" + event(1)));
  EXPECT_THAT(text(), HasSubstr("leftOut"));
  EXPECT_THAT(text(), EndsWith(event(108) + event(109)));
  EXPECT_LE(text().size(), 5000U);
}

TEST_F(RecordFileTest, that_can_not_grow_for_what_is_no_output_says_so) {
  RecordFile file = make(1'000'000);
  file.append(output(1, 2000));
  const FileSizeLimit limit(static_cast<rlim_t>(text().size()) + 10);
  EXPECT_EQ(file.append(event(2)), EFBIG);
  EXPECT_FALSE(file.is_whole());
  EXPECT_THAT(text(), HasSubstr("\"error\":\"File too large\""));
  EXPECT_THAT(text(), EndsWith(event(2)));
}

TEST_F(RecordFileTest, that_can_not_be_made_leaves_nothing) {
  ASSERT_EQ(::mkdir((temporary.path() / "r").c_str(), 0700), 0);
  const auto made = RecordFile::create(folder, "r", "{}\n", 1000);
  EXPECT_FALSE(made);
  EXPECT_FALSE(std::filesystem::exists(temporary.path() / "r.new"));
}

}  // namespace
}  // namespace dream::history
