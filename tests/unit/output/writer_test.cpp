#include "output/writer.hpp"

#include <csignal>

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

TEST_F(WriterTest, leaves_the_flags_of_the_descriptor_alone) {
  const int before = ::fcntl(write_end(), F_GETFL);
  Writer writer(context_, write_end(), callbacks_);
  writer.append("x");
  writer.commit();
  settle();
  EXPECT_EQ(::fcntl(write_end(), F_GETFL), before);
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
