#include "runtime/job_tokens.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "support/temporary_folder.hpp"

namespace dream::runtime {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Attempt attempt(std::uint32_t step) {
  return {StepIndex(step), 1};
}

class JobTokensTest : public testing::Test {
 protected:
  void make(std::size_t jobs, const std::vector<std::string>& environment = {}) {
    tokens_ = JobTokens::make(context_, jobs, environment);
    ASSERT_NE(tokens_, nullptr);
  }
  void acquire(std::uint32_t step) {
    tokens_->acquire(attempt(step), [this, step] { started_.push_back(step); });
  }
  /// Lets the loop run as long as there is something to do at once.
  void settle() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  std::unique_ptr<JobTokens> tokens_;
  std::vector<std::uint32_t> started_;
};

TEST_F(JobTokensTest, are_as_many_as_there_are_jobs_and_go_round) {
  make(2);
  for (std::uint32_t step = 0; step < 4; ++step) acquire(step);
  EXPECT_THAT(started_, ElementsAre(0, 1));
  tokens_->release(attempt(1));
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1, 2));
  EXPECT_TRUE(tokens_->withdraw(attempt(3)));
  EXPECT_FALSE(tokens_->withdraw(attempt(2)));
  tokens_->release(attempt(0));
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1, 2));
}

/// As make 4.4 finds it: by its name, and no descriptor is needed.
TEST_F(JobTokensTest, have_a_name_where_that_is_asked_for) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "jobs").string();
  tokens_ = JobTokens::make(context_, 2, {}, path);
  ASSERT_NE(tokens_, nullptr);
  EXPECT_THAT(tokens_->added_to({}), ElementsAre("MAKEFLAGS= -j2 --jobserver-auth=fifo:" + path));
  EXPECT_THAT(tokens_->descriptors(), IsEmpty());
  acquire(0);
  const Descriptor client(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  char token = 0;
  EXPECT_EQ(::read(client.get(), &token, 1), 1);
  acquire(1);
  settle();
  EXPECT_THAT(started_, ElementsAre(0)) << "make has the other one";
  EXPECT_EQ(::write(client.get(), &token, 1), 1);
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1));
  tokens_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(JobTokensTest, have_room_to_go_back_however_often_some_but_not_all_are_taken) {
  for (const std::size_t jobs : {2U, 8U, 5000U}) {
    make(jobs);
    const std::string own = "/proc/self/fd/";
    const Descriptor read(
        ::open((own + std::to_string(tokens_->descriptors().front())).c_str(), O_RDONLY | O_NONBLOCK));
    const Descriptor write(
        ::open((own + std::to_string(tokens_->descriptors().back())).c_str(), O_WRONLY | O_NONBLOCK));
    for (int time = 0; time < 20'000; ++time) {
      char token = 0;
      ASSERT_EQ(::read(read.get(), &token, 1), 1) << time;
      ASSERT_EQ(::write(write.get(), &token, 1), 1) << time;
    }
  }
}

TEST_F(JobTokensTest, go_back_without_a_wait_where_a_program_has_filled_the_pipe) {
  make(2);
  acquire(0);
  const Descriptor write(::open(("/proc/self/fd/" + std::to_string(tokens_->descriptors().back())).c_str(),
                                O_WRONLY | O_NONBLOCK));
  while (::write(write.get(), "++++", 4) > 0) {
  }
  while (::write(write.get(), "+", 1) > 0) {
  }
  tokens_->release(attempt(0));
  acquire(1);
  EXPECT_THAT(started_, ElementsAre(0, 1));
}

TEST_F(JobTokensTest, that_a_killed_program_has_taken_are_replaced_once_no_step_holds_one) {
  make(3);
  acquire(0);
  acquire(1);
  char taken = 0;
  ASSERT_EQ(::read(tokens_->descriptors().front(), &taken, 1), 1);
  const auto release = [&](std::uint32_t step) {
    tokens_->release(attempt(step));
    tokens_->replace_lost();
  };
  release(0);
  for (std::uint32_t step = 2; step < 6; ++step) acquire(step);
  EXPECT_THAT(started_, ElementsAre(0, 1, 2));
  release(1);
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1, 2, 3));
  for (const std::uint32_t step : {2U, 3U, 4U, 5U}) release(step);
  for (std::uint32_t step = 6; step < 10; ++step) acquire(step);
  EXPECT_THAT(started_, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST_F(JobTokensTest, stand_before_the_variables_that_make_was_called_with) {
  make(2);
  const auto flags = [this](const std::string& value) {
    const std::string made = tokens_->added_to({"MAKEFLAGS=" + value}).front();
    return made.substr(0, made.find("--job")) + "…" + made.substr(made.find(' ', made.find("--job")));
  };
  EXPECT_EQ(flags(" -- CC=clang"), "MAKEFLAGS= -j2 … -- CC=clang");
  EXPECT_EQ(flags("-- CC=clang"), "MAKEFLAGS= -j2 … -- CC=clang");
  EXPECT_EQ(flags("k -j2 -- A=x\\ --\\ y B=z"), "MAKEFLAGS=k -j2 -j2 … -- A=x\\ --\\ y B=z");
}

TEST_F(JobTokensTest, are_shared_with_programs_below) {
  make(2);
  const std::vector<std::string> environment = tokens_->added_to({"A=1", "MAKEFLAGS=k"});
  EXPECT_THAT(environment, Contains(StartsWith("MAKEFLAGS=k -j2 --jobserver-auth=")));
  EXPECT_THAT(tokens_->added_to({}), ElementsAre(StartsWith("MAKEFLAGS= -j2 --jobserver-auth=")));
  ASSERT_EQ(tokens_->descriptors().size(), 2U);
  acquire(0);
  char token = 0;  // a make below takes one for a second recipe
  ASSERT_EQ(::read(tokens_->descriptors()[0], &token, 1), 1);
  acquire(1);
  settle();
  EXPECT_THAT(started_, ElementsAre(0));
  ASSERT_EQ(::write(tokens_->descriptors()[1], &token, 1), 1);
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1));
  tokens_->release(attempt(0));
  tokens_->release(attempt(1));
}

/// What a make above gives to its recipes.
class TokensAbove : public JobTokensTest {
 protected:
  static constexpr std::string_view given = "abc";

  TokensAbove() {
    EXPECT_EQ(::pipe2(ends_.data(), 0), 0);
    EXPECT_EQ(::write(ends_[1], given.data(), given.size()), 3);
  }
  ~TokensAbove() override {
    for (const int end : ends_) ::close(end);
  }

  std::vector<std::string> flags(const std::string& name = "--jobserver-auth") {
    return {"MAKEFLAGS= -j4 " + name + "=" + std::to_string(ends_[0]) + "," + std::to_string(ends_[1])};
  }
  std::string left() {
    std::string text;
    std::array<char, 16> buffer{};
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    for (ssize_t got = 0; (got = ::read(ends_[0], buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    std::ranges::sort(text);
    return text;
  }

  std::array<int, 2> ends_{};
};

TEST_F(TokensAbove, are_taken_beside_the_one_that_dream_runs_by_and_all_go_back) {
  make(9, flags());
  EXPECT_THAT(tokens_->descriptors(), IsEmpty());
  EXPECT_THAT(tokens_->added_to({"A=1"}), ElementsAre("A=1"));
  for (std::uint32_t step = 0; step < 6; ++step) acquire(step);
  EXPECT_THAT(started_, ElementsAre(0, 1, 2, 3));
  tokens_->release(attempt(0));
  EXPECT_THAT(started_, ElementsAre(0, 1, 2, 3, 4));
  tokens_->release(attempt(2));
  settle();
  EXPECT_THAT(started_, ElementsAre(0, 1, 2, 3, 4, 5));
  for (const std::uint32_t step : {1U, 3U}) tokens_->release(attempt(step));
  tokens_.reset();
  EXPECT_EQ(left(), given);
}

TEST_F(TokensAbove, leave_the_pipe_of_the_make_as_it_is) {
  make(9, flags("--jobserver-fds"));
  acquire(0);
  EXPECT_EQ(::fcntl(ends_[0], F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(TokensAbove, are_taken_from_a_named_pipe_too) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int both = ::open(path.c_str(), O_RDWR);
  ASSERT_EQ(::write(both, "x", 1), 1);
  make(9, {"MAKEFLAGS= -j2 --jobserver-auth=fifo:" + path});
  for (std::uint32_t step = 0; step < 3; ++step) acquire(step);
  EXPECT_THAT(started_, ElementsAre(0, 1));
  tokens_.reset();
  ::close(both);
}

TEST_F(TokensAbove, that_are_out_of_reach_are_replaced_by_own_ones) {
  for (const char* value :
       {"--jobserver-auth=900,901", "--jobserver-auth=-2,-2", "--jobserver-auth=x", "k"}) {
    make(2, {std::string("MAKEFLAGS= ") + value});
    EXPECT_EQ(tokens_->descriptors().size(), 2U) << value;
  }
}

}  // namespace
}  // namespace dream::runtime
