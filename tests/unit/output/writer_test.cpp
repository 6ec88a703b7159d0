#include "output/writer.hpp"

#include <pty.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <map>
#include <memory>

#include "unit/output/pipe_fixture.hpp"

namespace dream::output {
namespace {

class WriterTest : public PipeTest {
 protected:
  int room_calls_ = 0;
  int lost_error_ = 0;
  Writer::Callbacks callbacks_{.on_room = [this] { ++room_calls_; },
                               .on_lost = [this](int error) { lost_error_ = error; }};
};

TEST_F(WriterTest, writes_what_was_appended_in_order) {
  Writer writer(context_, write_end(), callbacks_);
  writer.append("one ");
  writer.append("two");
  writer.commit();
  EXPECT_EQ(settle(), "one two");
  EXPECT_EQ(writer.pending(), 0U);
  EXPECT_EQ(writer.total_written(), 7U);
}

TEST_F(WriterTest, never_blocks_on_a_reader_that_does_not_read_and_loses_nothing) {
  Writer writer(context_, write_end(), callbacks_);
  const std::string big(3 * Writer::high_water, 'x');
  writer.append(big);
  writer.commit();  // far more than the pipe holds: would block for ever
  EXPECT_FALSE(writer.room());
  EXPECT_EQ(room_calls_, 0);
  EXPECT_EQ(settle(), big);
  EXPECT_TRUE(writer.room());
  EXPECT_EQ(room_calls_, 1);
}

/// Both ends of something that can be written to and fills up; `shared` is as dream has it from its caller.
struct Ends {
  int shared = -1;
  int reader = -1;
};

Ends pipe_ends() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  return {ends[1], ends[0]};
}

Ends socket_ends() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {ends[1], ends[0]};
}

Ends terminal_ends() {
  Ends ends;
  EXPECT_EQ(::openpty(&ends.reader, &ends.shared, nullptr, nullptr, nullptr), 0);
  return ends;
}

/// As after su or sudo: it was opened by somebody who may.
Ends foreign_terminal_ends() {
  const Ends ends = terminal_ends();
  EXPECT_EQ(::fchmod(ends.shared, 0), 0);
  return ends;
}

/// For root nothing is foreign.
std::unique_ptr<Writer> make_as_user(boost::asio::io_context& context, int descriptor,
                                     const Writer::Callbacks& callbacks) {
  constexpr uid_t nobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) {
    EXPECT_EQ(::seteuid(nobody), 0);
  }
  auto writer = std::make_unique<Writer>(context, descriptor, callbacks);
  if (root) {
    EXPECT_EQ(::seteuid(0), 0);
  }
  return writer;
}

TEST_F(WriterTest, leaves_the_flags_of_what_it_shares_alone_and_loses_nothing_there) {
  const std::map<std::string, Ends (*)()> kinds{{"pipe", pipe_ends},
                                                {"socket", socket_ends},
                                                {"terminal", terminal_ends},
                                                {"foreign terminal", foreign_terminal_ends}};
  for (const auto& [kind, make] : kinds) {
    const Ends ends = make();
    ::fcntl(ends.reader, F_SETFL, O_NONBLOCK);
    const int before = ::fcntl(ends.shared, F_GETFL);
    auto writer = make_as_user(context_, ends.shared, callbacks_);
    EXPECT_EQ(::fcntl(ends.shared, F_GETFL), before) << kind << " while the reader is watched";
    const std::string big(3 * Writer::high_water, 'x');
    writer->append(big);
    writer->commit();
    context_.restart();
    context_.poll();
    EXPECT_GT(writer->pending(), 0U) << kind << " would have blocked";
    EXPECT_EQ(::fcntl(ends.shared, F_GETFL), before) << kind << " while room is awaited";
    std::string text;
    std::array<char, 65536> buffer{};
    while (text.size() < big.size()) {
      const ssize_t count = ::read(ends.reader, buffer.data(), buffer.size());
      if (count > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
        continue;
      }
      context_.restart();
      ASSERT_GT(context_.poll(), 0U) << kind << " stands still after " << text.size() << " bytes";
    }
    EXPECT_TRUE(text == big) << kind;
    writer.reset();
    EXPECT_EQ(::fcntl(ends.shared, F_GETFL), before) << kind << " afterwards";
    ::close(ends.shared);
    ::close(ends.reader);
  }
}

TEST_F(WriterTest, needs_no_further_descriptor_where_there_is_none) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(write_end());
  ::close(lowest_free);
  const rlimit none_left{static_cast<rlim_t>(lowest_free), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  Writer writer(context_, write_end(), callbacks_);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  writer.append("still written");
  writer.commit();
  EXPECT_EQ(settle(), "still written");
}

TEST_F(WriterTest, sleeps_while_there_is_room_and_nothing_to_write) {
  Writer writer(context_, write_end(), callbacks_);
  writer.append(std::string(2 * Writer::high_water, 'x'));
  writer.commit();
  settle();
  EXPECT_EQ(writer.pending(), 0U);
  context_.restart();
  EXPECT_EQ(context_.poll(), 0U) << "woken for room that nobody waits for";
}

TEST_F(WriterTest, learns_without_writing_that_the_reader_went_away) {
  std::signal(SIGPIPE, SIG_IGN);
  Writer writer(context_, write_end(), callbacks_);
  context_.poll();
  EXPECT_EQ(lost_error_, 0);
  close_reader();
  context_.restart();
  context_.run_one();
  EXPECT_EQ(lost_error_, EPIPE);
  writer.append("into the void");
  writer.commit();
  EXPECT_EQ(writer.pending(), 0U);
}

TEST_F(WriterTest, tells_an_error_of_the_device) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    Writer writer(context_, full, callbacks_);
    writer.append("x");
    writer.commit();
    settle();
    EXPECT_EQ(lost_error_, ENOSPC);
  }
  ::close(full);
}

}  // namespace
}  // namespace dream::output
