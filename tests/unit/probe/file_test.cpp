#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "probe/kind.hpp"
#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"

namespace dream::probe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* still_written = "the file \"up\" is still being written";

/// A probe of the file "up", on a clock that the test sets.
class FileKindTest : public testing::Test {
 protected:
  FileKindTest() {
    file_->wake = [this] { ++wakes_; };
  }

  /// What a try finds; empty: it has passed.
  std::string found() {
    std::string what;
    file_->look([&](const Finding& finding) {
      if (finding.verdict != Finding::Verdict::passed) what = finding.error.message;
    });
    return what;
  }
  std::string found_after(Duration time) {
    static_cast<void>(clock_.pass_until(clock_.now() + time));
    return found();
  }
  void append() {
    writer_ << "more" << std::flush;
    ASSERT_TRUE(writer_);
  }

  TemporaryFolder folder_;
  boost::asio::io_context context_;
  FakeClock clock_;
  process::Supervisor supervisor_{context_};
  int wakes_ = 0;
  std::unique_ptr<Kind> file_ = make(FileProbe{"up"}, Subject{.context = context_,
                                                              .clock = clock_,
                                                              .supervisor = supervisor_,
                                                              .pid = [] { return 0; },
                                                              .directory = folder_.path().string(),
                                                              .environment = {}});
  std::ofstream writer_;
};

TEST_F(FileKindTest, waits_until_the_file_is_closed_and_has_rested) {
  EXPECT_EQ(found(), "there is no file \"up\"");
  writer_.open(folder_.path() / "up");
  append();
  EXPECT_EQ(found(), still_written);
  EXPECT_EQ(found_after(milliseconds(900)), still_written);
  append();
  writer_.close();
  EXPECT_EQ(found_after(milliseconds(4)), still_written);
  EXPECT_EQ(found_after(milliseconds(5)), "");
}

TEST_F(FileKindTest, takes_an_open_file_that_rests_for_a_second) {
  writer_.open(folder_.path() / "up");
  append();
  EXPECT_EQ(found(), still_written);
  EXPECT_EQ(found_after(milliseconds(999)), still_written);
  EXPECT_EQ(found_after(milliseconds(1)), "");
}

TEST_F(FileKindTest, takes_a_file_that_never_rests_after_three_seconds) {
  writer_.open(folder_.path() / "up");
  for (int i = 0; i < 4; ++i) {
    append();
    EXPECT_EQ(found_after(milliseconds(750)), still_written) << i;
  }
  append();
  EXPECT_EQ(found_after(milliseconds(750)), "");
}

TEST_F(FileKindTest, begins_anew_with_a_file_that_was_removed) {
  writer_.open(folder_.path() / "up");
  EXPECT_EQ(found(), still_written);
  std::filesystem::remove(folder_.path() / "up");
  EXPECT_EQ(found_after(seconds(3)), "there is no file \"up\"");
  writer_.close();
  writer_.open(folder_.path() / "up");
  EXPECT_EQ(found(), still_written);
}

TEST_F(FileKindTest, takes_what_is_no_file_of_bytes_at_once) {
  EXPECT_EQ(found(), "there is no file \"up\"");
  std::filesystem::create_directory(folder_.path() / "up");
  EXPECT_EQ(found(), "");
}

TEST_F(FileKindTest, is_not_woken_by_each_write) {
  EXPECT_EQ(found(), "there is no file \"up\"");
  writer_.open(folder_.path() / "up");
  append();
  while (wakes_ == 0) context_.run_one();
  EXPECT_EQ(found(), still_written);
  const int before = wakes_;
  for (int i = 0; i < 100; ++i) append();
  context_.poll();
  EXPECT_EQ(wakes_, before);
  EXPECT_EQ(file_->pace().most, milliseconds(5)) << "but there is a try soon";
}

}  // namespace
}  // namespace dream::probe
