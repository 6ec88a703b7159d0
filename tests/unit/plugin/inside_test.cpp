#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "scripted_plugin.hpp"

/// Commands that a plugin runs where its runs live.
namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Inside : testing::Test {
  Inside() {
    current = this;
    host.plugin.extension = [this](std::string_view id) -> const void* {
      return id == DREAM_INSIDE_ID ? &table : nullptr;
    };
    step = *host.start();
  }

  [[nodiscard]] Result<void> run(const std::vector<std::string>& argv = {"true"}) {
    return step->run_inside(argv, std::chrono::seconds(5),
                            [this](CommandEnd end) { ends.push_back(std::move(end)); });
  }
  void tell(std::int32_t code, const std::string& output = {}, const std::string& text = {},
            std::uint32_t kind = DREAM_EXIT_CODE) const {
    const dream_exit exit{sizeof(dream_exit), kind, code, view_of(text)};
    on_inside(context, &exit, view_of(output));
  }
  void end_step() {
    host.plugin.finish(DREAM_EXIT_CODE, 0);
    host.services.run_posted();
    step.reset();
  }

  static inline Inside* current = nullptr;
  std::function<dream_status(const dream_inside_command*, dream_errors*)> say = [this](const auto* command,
                                                                                       auto*) {
    asked = texts_of(command->argv);
    limit_ms = command->limit_ms;
    return DREAM_OK;
  };
  dream_on_inside on_inside = nullptr;
  void* context = nullptr;
  dream_inside table{sizeof(dream_inside),
                     [](dream_run*, const dream_inside_command* command, dream_on_inside on_end, void* with,
                        dream_errors* errors) noexcept {
                       current->on_inside = on_end;
                       current->context = with;
                       return current->say(command, errors);
                     }};
  std::vector<std::string> asked;
  std::uint32_t limit_ms = 0;
  std::vector<CommandEnd> ends;
  ScriptedHost host;
  std::unique_ptr<plugin::Run> step;
};

TEST_F(Inside, a_command_is_passed_on_and_its_end_is_told_on_the_loop) {
  EXPECT_TRUE(host.executor->reaches_inside());
  ASSERT_TRUE(run({"pg_isready", "-q"}));
  EXPECT_THAT(asked, ElementsAre("pg_isready", "-q"));
  EXPECT_EQ(limit_ms, 5000U);
  std::thread([&] { tell(2, std::string(5000, 'x') + "no response"); }).join();
  EXPECT_THAT(ends, IsEmpty());
  host.services.run_posted();
  ASSERT_THAT(ends, SizeIs(1));
  EXPECT_EQ(ends[0].status, ExitStatus(ExitedWith{2}));
  EXPECT_EQ(ends[0].output.size(), 4096U) << "the last of it";
  EXPECT_TRUE(ends[0].output.ends_with("xno response"));
  end_step();
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST_F(Inside, an_end_may_be_told_at_once_and_counts_once) {
  say = [this](auto*, auto*) {
    tell(0);
    tell(1);
    return DREAM_OK;
  };
  ASSERT_TRUE(run());
  host.services.run_posted();
  ASSERT_THAT(ends, SizeIs(1));
  EXPECT_EQ(ends[0].status, ExitStatus(ExitedWith{0}));
  EXPECT_THAT(host.services.log_.lines, ElementsAre(HasSubstr("on_inside was called for what was answered")));
}

TEST_F(Inside, several_commands_are_told_apart) {
  ASSERT_TRUE(run());
  auto* const first = context;
  ASSERT_TRUE(run());
  tell(2);
  context = first;
  tell(1);
  host.services.run_posted();
  ASSERT_THAT(ends, SizeIs(2));
  EXPECT_EQ(ends[0].status, ExitStatus(ExitedWith{2}));
  EXPECT_EQ(ends[1].status, ExitStatus(ExitedWith{1}));
}

TEST_F(Inside, what_is_lost_says_why) {
  ASSERT_TRUE(run());
  tell(0, "", "the engine is gone", DREAM_EXIT_LOST);
  host.services.run_posted();
  ASSERT_THAT(ends, SizeIs(1));
  EXPECT_EQ(ends[0].status, ExitStatus(Lost{"the engine is gone"}));
}

TEST_F(Inside, a_refusal_is_passed_on_and_nothing_is_told_later) {
  say = [this](auto*, dream_errors* errors) {
    tell(0);
    return errors->fail(errors, DREAM_E_UNSUPPORTED, {}, dream_text("not in a swarm"),
                        dream_text("healthcheck"));
  };
  const Result<void> refused = run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "not in a swarm");
  EXPECT_EQ(refused.error().hint, "healthcheck");
  host.services.run_posted();
  EXPECT_THAT(ends, IsEmpty());
}

TEST_F(Inside, a_run_that_is_over_or_gone_has_none) {
  ASSERT_TRUE(run());
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_FALSE(run());
  step.reset();
  tell(0);
  host.services.run_posted();
  EXPECT_THAT(ends, IsEmpty());
  EXPECT_THAT(host.services.log_.lines, IsEmpty()) << "it may have been on its way";
}

TEST_F(Inside, a_plugin_without_the_extension_is_asked_for_nothing) {
  table.size = offsetof(dream_inside, run);
  EXPECT_FALSE(host.executor->reaches_inside());
  host.plugin.extension = [](auto) { return nullptr; };
  EXPECT_FALSE(host.executor->reaches_inside());
  EXPECT_FALSE(run());
}

}  // namespace
}  // namespace dream::plugin
