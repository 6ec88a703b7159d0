#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <list>

#include "process_fixture.hpp"

namespace dream::process {
namespace {

class FailedStart : public ProcessTest {
 protected:
  std::string write_file(const std::string& name, const std::string& content, mode_t mode) {
    std::string path = folder_ / name;
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  Error failure(std::vector<std::string> argv, const std::function<void(ChildSpec&)>& change = {}) {
    Watched& run = add_run();
    ChildSpec child = spec(run, std::move(argv));
    if (change) change(child);
    const Result<ChildId> started = supervisor_->start(std::move(child));
    EXPECT_FALSE(started.has_value());
    EXPECT_EQ(supervisor_->size(), 0U);
    EXPECT_TRUE(nothing_below());
    context_.restart();
    context_.poll();
    EXPECT_EQ(run.calls + run.ends, 0) << "nobody hears of a child that never was";
    return started ? Error{} : started.error();
  }
};

TEST_F(FailedStart, of_a_missing_program_is_not_found) {
  EXPECT_EQ(failure({"no-such-program"}).code, ErrorCode::not_found);
  EXPECT_EQ(failure({"./no-such-program"}).code, ErrorCode::not_found);
  EXPECT_EQ(failure({""}).code, ErrorCode::not_found);
  EXPECT_EQ(failure({}).code, ErrorCode::not_found);
}

TEST_F(FailedStart, in_a_missing_folder_is_not_found_and_names_the_folder) {
  const std::string missing = folder_ / "missing";
  const Error error = failure({"true"}, [&](ChildSpec& child) { child.directory = missing; });
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.where, missing);
  const std::string file = write_file("file", "", 0644);
  EXPECT_EQ(failure({"true"}, [&](ChildSpec& child) { child.directory = file; }).code, ErrorCode::not_found);
}

TEST_F(FailedStart, of_what_is_no_program_is_not_executable) {
  EXPECT_EQ(failure({folder_}).code, ErrorCode::not_executable);
  EXPECT_EQ(failure({write_file("plain", "#!/bin/sh\n", 0644)}).code, ErrorCode::not_executable);
  const Error no_format = failure({write_file("bytes",
                                              std::string("\x7f"
                                                          "ELF\0\0",
                                                          6),
                                              0755)});
  EXPECT_EQ(no_format.code, ErrorCode::not_executable);
  EXPECT_EQ(no_format.hint, "was it built for another kind of processor?");
  EXPECT_EQ(failure({"true", std::string(std::size_t{1} << 20U, 'x')}).code, ErrorCode::not_executable);
}

TEST_F(FailedStart, for_a_text_that_is_too_long_names_it) {
  const std::string text(std::size_t{4} << 20U, 'x');
  EXPECT_NE(failure({"true", "a", text}).message.find("argument 2 is too long: 4194304 bytes, "),
            std::string::npos);
  const auto with_variable = [&](ChildSpec& child) { child.variables.push_back("LONG=" + text); };
  const Error error = failure({"true"}, with_variable);
  EXPECT_EQ(error.code, ErrorCode::not_executable);
  EXPECT_NE(error.message.find("the variable LONG is too long: 4194309 bytes, "), std::string::npos)
      << error.message;
}

TEST_F(FailedStart, of_a_script_tells_of_its_interpreter) {
  EXPECT_EQ(failure({write_file("script", "#!/no/such/interpreter\n", 0755)}).code, ErrorCode::not_found);
  EXPECT_EQ(failure({write_file("dos", "#!/bin/sh\r\n", 0755)}).code, ErrorCode::not_found);
  const std::string plain = write_file("plain", "", 0644);
  EXPECT_EQ(failure({write_file("other", "#!" + plain + "\n", 0755)}).code, ErrorCode::not_executable);
}

TEST_F(FailedStart, a_hundred_times_leaves_nothing_and_neither_do_a_hundred_good_ones) {
  const std::string bad = write_file("script", "#!/no/such/interpreter\n", 0755);
  const std::vector<int> before = open_descriptors();
  for (int repetition = 0; repetition < 100; ++repetition) {
    failure({bad});
    EXPECT_EQ(run_to_end(start({"true"})), ExitStatus(ExitedWith{0}));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(nothing_below());
}

/// Descriptors that fill this process up to its limit.
class Exhaustion {
 public:
  Exhaustion() {
    ::getrlimit(RLIMIT_NOFILE, &original_);
    const rlimit low{256, original_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    take();
  }
  Exhaustion(const Exhaustion&) = delete;
  Exhaustion& operator=(const Exhaustion&) = delete;
  ~Exhaustion() {
    for (const int descriptor : taken_) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &original_);
  }
  /// All that are free.
  void take() {
    for (int taken = 0; (taken = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) >= 0;) taken_.push_back(taken);
  }
  void give_back(std::size_t count) {
    for (; count > 0; --count) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }

 private:
  rlimit original_{};
  std::vector<int> taken_;
};

TEST_F(FailedStart, for_want_of_descriptors_is_no_fault_of_the_program_and_leaves_nothing) {
  const std::vector<int> before = open_descriptors();
  {
    Exhaustion exhaustion;
    for (int free = 0; free < 16; ++free) {
      const Result<ChildId> started = supervisor_->start(spec(add_run(), {"true"}));
      ASSERT_FALSE(started.has_value()) << free << " free descriptors";
      EXPECT_EQ(started.error().code, ErrorCode::io);
      exhaustion.give_back(1);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(nothing_below());
}

TEST_F(FailedStart, for_want_of_descriptors_leaves_enough_to_end_all_that_run) {
  rlimit original{};
  ::getrlimit(RLIMIT_NOFILE, &original);
  const rlimit low{100, original.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &low);
  std::list<Watched> runs;
  while (true) {
    Watched& run = runs.emplace_back();
    const Result<ChildId> started = supervisor_->start(spec(run, {"tail", "-f", "/dev/null"}));
    if (!started) {
      EXPECT_EQ(started.error().code, ErrorCode::io);
      runs.pop_back();
      break;
    }
    run.id = *started;
  }
  EXPECT_GT(runs.size(), 10U);
  for (Watched& run : runs) kill(run);
  for (Watched& run : runs) EXPECT_EQ(run_to_end(run), ExitStatus(KilledBy{SIGKILL}));
  EXPECT_TRUE(nothing_below());
  ::setrlimit(RLIMIT_NOFILE, &original);
}

using AChild = ProcessTest;

TEST_F(AChild, is_not_over_while_its_leftovers_cannot_be_looked_at) {
  const auto [run, root] = start_actor([](ChildSpec& child) { child.leftover_grace = {}; });
  const Actor leftover = daemon(root);
  {
    Exhaustion exhaustion;
    root.tell("exit 0");
    run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
    exhaustion.take();  // what watched the root
    for (int look = 0; look < 30; ++look) context_.run_one();
    EXPECT_EQ(run->ends, 0);
  }
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(nothing_below());
}

}  // namespace
}  // namespace dream::process
