#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dream/testing/fake_host.hpp>
#include <string>
#include <thread>
#include <vector>

#include "scripted_plugin.hpp"

/// dream and the fake host of a plugin's tests refuse the same calls, and with the same answers.
namespace dream::plugin {
namespace {

using ::testing::ElementsAreArray;

struct Answered {
  std::string call;
  dream_status status;
  bool operator==(const Answered&) const = default;
};
// gtest looks for this name.
void PrintTo(const Answered& one, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << one.call << " -> " << status_name(one.status);
}

void ended(void*, const dream_exit*) noexcept {}
void called(void*) noexcept {}
void done(void*, dream_status) noexcept {}

/// Makes wrong calls, some right ones between them, on behalf of a run.
class WrongCalls {
 public:
  WrongCalls(const dream_host* host, dream_run_id run) : host_(host), run_(run) {}

  std::vector<Answered> make() {
    children();
    const auto& output = service<dream_output>(DREAM_OUTPUT_ID);
    note("output.write of no run", output.write(host_, 0, DREAM_STDOUT, dream_text("x")));
    note("output.write to stream 3", output.write(host_, run_, 3, dream_text("x")));
    note("output.write without data", output.write(host_, run_, DREAM_STDOUT, {nullptr, 5}));
    note("output.write of too much", output.write(host_, run_, DREAM_STDOUT, {"x", SIZE_MAX}));
    note("when_writable without function", output.when_writable(host_, run_, nullptr, nullptr));
    const auto& timer = service<dream_timer>(DREAM_TIMER_ID);
    note("timer without id", timer.start(host_, 0, &called, nullptr, nullptr));
    note("post without function", service<dream_post>(DREAM_POST_ID).call(host_, nullptr, nullptr));
    note("work without an end", service<dream_work>(DREAM_WORK_ID).run(host_, &called, nullptr, nullptr));
    note("state without a place", service<dream_paths>(DREAM_PATHS_ID).state(host_, nullptr, nullptr));
    std::thread([&] {
      note("output.write on a thread", output.write(host_, run_, DREAM_STDOUT, dream_text("x")));
      note("work on a thread", service<dream_work>(DREAM_WORK_ID).run(host_, &called, &done, nullptr));
    }).join();
    return std::move(answers_);
  }

 private:
  template <class Service>
  const Service& service(const char* id) const {
    return *static_cast<const Service*>(host_->service(host_, id));
  }
  void note(std::string call, dream_status status) { answers_.push_back({std::move(call), status}); }

  void spawn(const std::string& what, const std::function<void(dream_child&)>& change) {
    static constexpr dream_str word = DREAM_STR("true");
    dream_child child{};
    child.size = sizeof(child);
    child.run = run_;
    child.argv = {&word, 1};
    child.directory = DREAM_STR("/w");
    child.on_exit = &ended;
    change(child);
    note("spawn " + what, service<dream_process>(DREAM_PROCESS_ID).spawn(host_, &child, &child_, nullptr));
  }

  void children() {
    static constexpr dream_str with_nul = DREAM_STR("a\0b");
    static constexpr dream_str endless = {"a", SIZE_MAX};
    static constexpr dream_str empty = DREAM_STR("");
    const auto& process = service<dream_process>(DREAM_PROCESS_ID);
    spawn("of no size", [](dream_child& child) { child.size = 0; });
    spawn("of half a size", [](dream_child& child) { child.size = sizeof(child) / 2; });
    spawn("of no run", [](dream_child& child) { child.run = 0; });
    spawn("with an unknown flag", [](dream_child& child) { child.flags = 0x40; });
    spawn("without an end", [](dream_child& child) { child.on_exit = nullptr; });
    spawn("without words", [](dream_child& child) { child.argv = {nullptr, 0}; });
    spawn("of words that aren't there", [](dream_child& child) { child.argv = {nullptr, 3}; });
    spawn("of an empty program", [](dream_child& child) { child.argv = {&empty, 1}; });
    spawn("with a NUL in a word", [](dream_child& child) { child.argv = {&with_nul, 1}; });
    spawn("of an endless word", [](dream_child& child) { child.argv = {&endless, 1}; });
    spawn("of an endless environment", [](dream_child& child) { child.environment = {&empty, SIZE_MAX}; });
    spawn("in a relative folder", [](dream_child& child) { child.directory = DREAM_STR("w"); });
    spawn("without a folder", [](dream_child& child) { child.directory = {nullptr, 0}; });
    spawn("with signal 99", [](dream_child& child) { child.stop_signal = 99; });
    note("spawn of nothing", process.spawn(host_, nullptr, &child_, nullptr));
    note("terminate of nobody", process.terminate(host_, 0, DREAM_FORCE, nullptr));
    note("terminate of the run", process.terminate(host_, run_, DREAM_FORCE, nullptr));
    note("pid of nobody", static_cast<dream_status>(process.pid(host_, 0)));
    spawn("as it should be", [](dream_child&) {});
    note("terminate with urgency 7", process.terminate(host_, child_, 7, nullptr));
    note("terminate", process.terminate(host_, child_, DREAM_FORCE, nullptr));
    note("pause of what the host takes", process.pause(host_, child_, DREAM_STDOUT));
    note("pause of stream 3", process.pause(host_, child_, 3));
    note("resume of nobody", process.resume(host_, 0, DREAM_STDOUT));
  }

  const dream_host* host_;
  dream_run_id run_;
  dream_child_id child_ = 0;
  std::vector<Answered> answers_;
};

TEST(Judge, decides_alike_for_dream_and_for_the_fake_host) {
  ScriptedHost real;
  const auto run = real.start();
  ASSERT_TRUE(run);
  const std::vector<Answered> by_dream = WrongCalls(real.plugin.host, real.plugin.run_id).make();
  dream::testing::FakeHost fake;
  const std::vector<Answered> by_fake = WrongCalls(fake.table(), fake.open_run()).make();
  EXPECT_THAT(by_fake, ElementsAreArray(by_dream));
  // And it is a refusal each, but for the child that is as it should be and what is then done to it.
  std::vector<std::string> taken;
  for (const Answered& one : by_dream) {
    if (one.status >= 0) taken.push_back(one.call);
  }
  EXPECT_THAT(taken, ElementsAreArray({"pid of nobody", "spawn as it should be", "terminate"}));
  EXPECT_EQ(fake.refusals().size(), by_fake.size() - 2);
}

TEST(Judge, knows_what_is_over) {
  using dream::detail::Life;
  EXPECT_EQ(dream::detail::judge_output(Life::over, DREAM_STDOUT, DREAM_STR("x")).code(), DREAM_E_STALE);
  EXPECT_EQ(dream::detail::judge_end(Life::over, 0).breach, dream::detail::Breach::second_end);
  EXPECT_EQ(dream::detail::judge_end(Life::open, 1).breach, dream::detail::Breach::child_left);
  EXPECT_TRUE(dream::detail::judge_child(Life::over).fine());
}

TEST(FakeHostLoop, work_calls_no_function_of_the_loop) {
  dream::testing::FakeHost host;
  static const dream_host* table = nullptr;
  static const dream_timer* timer = nullptr;
  table = host.table();
  timer = static_cast<const dream_timer*>(table->service(table, DREAM_TIMER_ID));
  const auto* work = static_cast<const dream_work*>(table->service(table, DREAM_WORK_ID));
  ASSERT_EQ(work->run(
                table, [](void*) noexcept { timer->now(table); }, &done, nullptr),
            DREAM_OK);
  host.do_work();
  ASSERT_EQ(host.refusals().size(), 1U);
  EXPECT_EQ(host.refusals().front().why.breach, dream::detail::Breach::thread);
}

}  // namespace
}  // namespace dream::plugin
