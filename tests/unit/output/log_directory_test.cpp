#include "output/log_directory.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "support/temporary_folder.hpp"
#include "unit/output/run_fixture.hpp"

namespace dream::output {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LogDirectoryTest : public RunTest {
 protected:
  LogDirectoryTest() { log_into(folder_.path() / "logs"); }

  void log_into(const fs::path& folder) {
    logs_ = folder;
    use(make_log_directory(folder, plan_,
                           make_renderer(context_, console_, plan_, OutputMode::prefix, {}, [] {})));
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(logs_ / name, std::ios::binary).rdbuf();
    return text.str();
  }

  void end_all() {
    for (const StepIndex step : {a, b, c}) ends(step, 0);
    settle();
  }

  TemporaryFolder folder_;
  fs::path logs_;
};

TEST_F(LogDirectoryTest, has_the_bytes_of_every_stream_as_they_were_and_shows_them_as_ever) {
  const std::string binary("\0\xFF\r, no end", 11);
  start_all();
  writes(a, Stream::out, "one\n");
  writes(a, Stream::err, "warning\n");
  writes(b, Stream::out, binary);
  writes(a, Stream::out, "two\n");
  end_all();
  EXPECT_EQ(read("01-a.out.log"), "one\ntwo\n");
  EXPECT_EQ(read("01-a.err.log"), "warning\n");
  EXPECT_EQ(read("02-b.out.log"), binary);
  EXPECT_TRUE(fs::is_empty(logs_ / "03-c.err.log"));
  EXPECT_EQ(out_, "a | one\na | two\nb | " + binary + "\n");
  EXPECT_EQ(err_, "a | warning\n");
}

TEST_F(LogDirectoryTest, has_an_index_of_files_and_outcomes) {
  start_all();
  EXPECT_EQ(read("index.json"),
            R"({"v":1,"exitCode":null,"steps":[)"
            R"({"step":"./a:go","stdout":"01-a.out.log","stderr":"01-a.err.log","complete":false},)"
            R"({"step":"./b:go","stdout":"02-b.out.log","stderr":"02-b.err.log","complete":false},)"
            R"({"step":"./c:go","stdout":"03-c.out.log","stderr":"03-c.err.log","complete":false}]})"
            "\n")
      << "until the run is over";
  ends(a, 0);
  ends(b, 4);
  ends(c, 0);
  const std::string index = read("index.json");
  EXPECT_THAT(index, testing::StartsWith("{\"v\":1,\"exitCode\":0,\"steps\":["));
  EXPECT_THAT(
      index,
      HasSubstr(R"("stdout":"02-b.out.log","stderr":"02-b.err.log","complete":true,"outcome":"failed",)"
                R"("exit":{"code":4},"reason":null,"error":null,"killed":false,)"
                R"("startedUs":3000,"endedUs":6000,"ranUs":3000})"));
}

TEST_F(LogDirectoryTest, has_every_attempt_of_a_step) {
  restart_a();
  start_all();
  writes(a, Stream::out, "one\nno end");
  attempt_ends(1, 1);
  attempt_begins(2);
  writes(a, Stream::out, "two\n");
  attempt_ends(2, 0);
  settle();
  EXPECT_EQ(read("01-a.out.log"), "one\nno endtwo\n") << "not a byte is added";
  EXPECT_EQ(out_, "a | one\na | no end\na | two\n");
}

TEST_F(LogDirectoryTest, names_files_after_steps_in_letters_that_every_file_system_has) {
  plan_.steps[0].id = {"./web/../ü x", "go*"};
  plan_.steps[1].id = {"./" + std::string(300, 'y'), "go"};
  log_into(folder_.path() / "deep/logs");
  ASSERT_TRUE(begin());
  EXPECT_TRUE(fs::exists(logs_ / "01----x.out.log"));
  EXPECT_TRUE(fs::exists(logs_ / ("02-" + std::string(100, 'y') + ".err.log")));
}

TEST_F(LogDirectoryTest, replaces_the_files_of_an_earlier_run_and_leaves_all_others_alone) {
  const fs::path precious = folder_.write("precious", "keep me");
  folder_.write("logs/01-a.out.log", "old and long");
  folder_.write("logs/04-d.out.log", "of a larger plan");
  folder_.write("logs/notes", "mine");
  fs::create_symlink(precious, logs_ / "02-b.out.log");
  start_all();
  writes(a, Stream::out, "new\n");
  writes(b, Stream::out, "b\n");
  end_all();
  EXPECT_EQ(read("01-a.out.log"), "new\n");
  EXPECT_EQ(read("02-b.out.log"), "b\n");
  EXPECT_EQ(read("04-d.out.log"), "of a larger plan");
  EXPECT_EQ(read("notes"), "mine");
  EXPECT_EQ(read("../precious"), "keep me");
}

TEST_F(LogDirectoryTest, does_not_begin_when_it_can_not_be_made) {
  log_into(folder_.write("file") / "logs");
  Result<void> begun = begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().where, logs_.string());
  EXPECT_EQ(begun.error().message, "can't create the logs: Not a directory");

  log_into(folder_.path() / "other");
  fs::create_directories(logs_ / "02-b.err.log");
  begun = begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().where, (logs_ / "02-b.err.log").string());
}

TEST_F(LogDirectoryTest, warns_once_about_a_full_disk_and_the_run_goes_on) {
  start_all();
  const std::string block(60'000, 'x');
  {
    const FileSizeLimit limit(100'000);
    for (int round = 0; round < 3; ++round) {
      writes(a, Stream::out, block);
      writes(b, Stream::err, block);
    }
  }
  writes(a, Stream::out, "\nlater\n");
  writes(c, Stream::out, "c\n");
  end_all();
  EXPECT_EQ(read("01-a.out.log"), std::string(100'000, 'x')) << "the beginning, without holes";
  EXPECT_EQ(read("03-c.out.log"), "c\n");
  EXPECT_TRUE(out_ == "a | " + block + block + block + "\na | later\nc | c\n");
  const std::size_t warning = err_.find("can't write the log: File too large");
  ASSERT_NE(warning, std::string::npos);
  EXPECT_EQ(err_.find("can't write the log", warning + 1), std::string::npos);
  const std::string index = read("index.json");
  EXPECT_THAT(index, HasSubstr(R"("stderr":"01-a.err.log","complete":false,"outcome":"succeeded")"));
  EXPECT_THAT(index, HasSubstr(R"("stderr":"03-c.err.log","complete":true,"outcome":"succeeded")"));
}

TEST_F(LogDirectoryTest, calls_nothing_complete_that_it_could_not_write_down) {
  start_all();
  {
    const FileSizeLimit limit(200);
    writes(a, Stream::out, std::string(1000, 'x'));
    end_all();
  }
  EXPECT_THAT(read("index.json"), testing::StartsWith("{\"v\":1,\"exitCode\":null"));
  EXPECT_THAT(read("index.json"), testing::Not(HasSubstr("\"complete\":true")));
  EXPECT_FALSE(fs::exists(logs_ / "index.json.new"));
  EXPECT_THAT(err_, HasSubstr("01-a.out.log: can't write the log: File too large"));
  EXPECT_THAT(
      err_,
      HasSubstr(
          "index.json: can't write the index: File too large; it stays as it was at the start of the run"));
}

TEST_F(LogDirectoryTest, belongs_to_one_run_at_a_time) {
  start_all();
  writes(a, Stream::out, "of the first\n");
  const auto second = make_log_directory(
      logs_, plan_, make_renderer(context_, console_, plan_, OutputMode::prefix, {}, [] {}));
  const Result<void> begun = second->begin(now_);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().message, "another run of dream writes its logs there");
  EXPECT_EQ(begun.error().where, logs_.string());
  end_all();
  EXPECT_EQ(read("01-a.out.log"), "of the first\n");
  use(nullptr);
  EXPECT_TRUE(second->begin(now_));
}

TEST_F(LogDirectoryTest, says_that_the_index_can_not_be_written_at_the_end) {
  start_all();
  fs::remove_all(logs_);
  end_all();
  EXPECT_THAT(err_, HasSubstr("index.json: can't write the index: No such file or directory"));
}

}  // namespace
}  // namespace dream::output
