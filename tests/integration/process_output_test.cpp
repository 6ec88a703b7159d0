#include <unistd.h>

#include <utility>
#include <vector>

#include "process_fixture.hpp"

namespace dream::process {
namespace {

class Output : public ProcessTest {
 protected:
  /// Gives the loop every chance to do something.
  void let_all_happen() {
    context_.restart();
    for (int turn = 0; turn < 1000; ++turn) context_.poll();
  }
};

TEST_F(Output, is_whole_when_five_megabytes_come_right_before_the_end) {
  const auto [run, actor] = start_actor();
  actor.tell("print_and_exit 800000");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(run->out == numbers(800000)) << run->out.size() << " bytes";
}

TEST_F(Output, is_whole_two_hundred_times_for_last_words) {
  for (int repetition = 0; repetition < 200; ++repetition) {
    Watched& run = start({"sh", "-c", "echo last words; echo on both >&2; exit 3"});
    EXPECT_EQ(run_to_end(run), ExitStatus(ExitedWith{3}));
    EXPECT_EQ(run.out, "last words\n");
    EXPECT_EQ(run.err, "on both\n");
  }
}

TEST_F(Output, of_both_streams_is_in_order) {
  const auto [run, actor] = start_actor();
  for (int repetition = 0; repetition < 20; ++repetition) {
    EXPECT_EQ(actor.ask("print 1000"), "done");
    EXPECT_EQ(actor.ask("print_error 500"), "done");
    run_until([&run = run, repetition] {
      return run->out.size() == numbers(1000).size() * (static_cast<std::size_t>(repetition) + 1);
    });
  }
  actor.tell("exit 0");
  run_to_end(*run);
  std::string out;
  std::string err;
  for (int repetition = 0; repetition < 20; ++repetition) {
    out += numbers(1000);
    err += numbers(500);
  }
  EXPECT_EQ(run->out, out);
  EXPECT_EQ(run->err, err);
}

TEST_F(Output, may_be_a_line_of_ten_megabytes) {
  const auto [run, actor] = start_actor();
  constexpr std::size_t length = 10'000'000;
  actor.tell("long_line " + std::to_string(length));
  run_until([&run = run] { return run->out.ends_with('\n'); });
  actor.tell("exit 0");
  run_to_end(*run);
  EXPECT_EQ(run->out.size(), length + 1);
  EXPECT_EQ(run->out.find_first_not_of('x'), length);
}

TEST_F(Output, that_is_not_wanted_stays_with_the_child_until_it_is) {
  const auto [run, actor] = start_actor();
  run->hold = true;
  actor.tell("print_and_exit 800000");
  run_until([&run = run] { return run->calls == 1; });
  let_all_happen();
  EXPECT_EQ(run->calls, 1);
  EXPECT_NE(supervisor_->pid(run->id), 0) << "it can't have written everything";
  for (int step = 2; step < 10; ++step) {
    supervisor_->resume_output(run->id, Stream::out);
    run_until([&run = run, step] { return run->calls == step; });
    let_all_happen();
    EXPECT_EQ(run->calls, step) << "each permission is for one portion";
  }
  run->hold = false;
  supervisor_->resume_output(run->id, Stream::out);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(run->out == numbers(800000)) << run->out.size() << " bytes";
}

TEST_F(Output, that_is_not_wanted_delays_the_end) {
  const auto [run, actor] = start_actor();
  run->hold = true;
  actor.ask("print 10");
  run_until([&run = run] { return run->calls == 1; });
  actor.tell("print_and_exit 5000");
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  kill(*run);
  let_all_happen();
  EXPECT_EQ(run->ends, 0);
  EXPECT_EQ(run->out, numbers(10));
  supervisor_->resume_output(run->id, Stream::err);  // that one was never held back
  let_all_happen();
  EXPECT_EQ(run->ends, 0);
  run->hold = false;
  supervisor_->resume_output(run->id, Stream::out);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run->out, numbers(10) + numbers(5000));
  supervisor_->resume_output(run->id, Stream::out);  // harmless
  let_all_happen();
  EXPECT_EQ(run->ends, 1);
}

TEST_F(Output, may_be_asked_for_again_before_the_refusal_returns) {
  const auto [run, actor] = start_actor();
  run->hold = true;
  run->on_output = [this](Watched& self) { supervisor_->resume_output(self.id, Stream::out); };
  actor.tell("print_and_exit 100000");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run->out, numbers(100000));
}

TEST_F(Output, that_is_closed_early_is_no_end) {
  const auto [run, actor] = start_actor();
  actor.ask("print 3");
  actor.ask("close_output");
  let_all_happen();
  EXPECT_EQ(run->ends, 0);
  EXPECT_EQ(supervisor_->pid(run->id), actor.pid());
  actor.tell("exit 4");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{4}));
  EXPECT_EQ(run->out, numbers(3));
}

TEST_F(Output, through_a_helper_that_outlives_the_root_is_whole) {
  const auto [run, actor] = start_actor();
  actor.ask("ignore 15");  // however slow this machine is, the helper may finish
  actor.ask("print_through_helper");
  actor.tell("print_and_exit 400000");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_TRUE(run->out == numbers(400000)) << run->out.size() << " bytes";
}

TEST_F(Output, through_a_helper_is_waited_for_while_nobody_reads_it) {
  int asked = 0;
  const auto [run, actor] = start_actor([&](ChildSpec& child) {
    child.on_left_behind = [&](const std::vector<std::string>& /*processes*/, bool /*kept*/) { ++asked; };
  });
  actor.ask("ignore 15");  // however slow this machine is, the helper may finish when it is read again
  run->hold = true;
  actor.ask("print_through_helper");
  actor.ask("print 10");
  run_until([&run = run] { return run->calls == 1; });
  actor.tell("print_and_exit 20000");  // more than a pipe holds, less than two
  run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
  for (int look = 0; look < 60; ++look) context_.run_one();  // far longer than leftovers are waited for
  EXPECT_EQ(asked, 0);
  run->hold = false;
  supervisor_->resume_output(run->id, Stream::out);
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run->out, numbers(10) + numbers(20000));
}

TEST_F(Output, pipe_in_the_hands_of_a_stranger_does_not_delay_the_end) {
  const auto [run, actor] = start_actor();
  const int stranger = actor.take_output();
  ASSERT_GE(stranger, 0);
  actor.ask("print 5000");
  actor.tell("exit 0");
  EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
  EXPECT_EQ(run->out, numbers(5000));
  ::close(stranger);
}

TEST_F(Output, pipe_in_the_hands_of_a_stranger_does_not_delay_the_end_after_a_pause) {
  for (const std::string_view words : {"", "stranger"}) {
    const auto [run, actor] = start_actor();
    const int stranger = actor.take_output();
    run->hold = true;
    actor.ask("print 5000");
    run_until([&run = run] { return run->calls == 1; });
    actor.ask("print 10");
    actor.tell("exit 0");
    run_until([&run = run, this] { return supervisor_->pid(run->id) == 0; });
    let_all_happen();
    ASSERT_EQ(::write(stranger, words.data(), words.size()), static_cast<ssize_t>(words.size()));
    supervisor_->resume_output(run->id, Stream::out);  // it is held back once more, after the last byte
    run_until([&run = run] { return run->calls == 2; });
    let_all_happen();
    EXPECT_EQ(run->ends, 0);
    supervisor_->resume_output(run->id, Stream::out);
    EXPECT_EQ(run_to_end(*run), ExitStatus(ExitedWith{0}));
    EXPECT_EQ(run->out, numbers(5000) + numbers(10)) << "what a stranger writes later is not the child's";
    ::close(stranger);
  }
}

TEST_F(Output, callbacks_may_start_children_while_many_end) {
  int started = 0;
  const auto start_more = [&](Watched& /*self*/) {
    for (int more = 0; more < 5 && started < 300; ++more, ++started) start({"sh", "-c", "echo more"});
  };
  for (int first = 0; first < 20; ++first) {
    Watched& run = start({"sh", "-c", "echo first"});
    run.on_output = start_more;
    run.on_end = start_more;
  }
  run_until([this] { return supervisor_->size() == 0; });
  EXPECT_EQ(started, 200);
}

TEST_F(Output, callbacks_may_end_their_own_child_and_all_others) {
  std::vector<Actor> actors;
  std::vector<Watched*> runs;
  for (int count = 0; count < 20; ++count) {
    auto [run, actor] = start_actor();
    runs.push_back(run);
    actors.push_back(std::move(actor));
  }
  const auto end_all = [&](Watched& /*self*/) {
    for (Watched* run : runs) ask_to_end(*run);
    for (Watched* run : runs) kill(*run);
  };
  Watched& talker = start({"sh", "-c", "echo enough; exec tail -f /dev/null"});
  runs.push_back(&talker);
  talker.on_output = end_all;
  for (Watched* run : runs) run->on_end = end_all;
  run_until([this] { return supervisor_->size() == 0; });
  for (Watched* run : runs) EXPECT_EQ(run->ends, 1);
}

}  // namespace
}  // namespace dream::process
