#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "scripted_plugin.hpp"

/// Whether a run is healthy, as a plugin tells it.
namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct HealthExtension : testing::Test {
  HealthExtension() {
    current = this;
    host.plugin.extension = [this](std::string_view id) -> const void* {
      return id == DREAM_HEALTH_ID ? &table : nullptr;
    };
    step = *host.start();
  }

  [[nodiscard]] Result<void> ask() {
    return step->ask_health(std::chrono::seconds(5),
                            [this](std::string why) { told.push_back(std::move(why)); });
  }
  void answer(std::uint32_t healthy, const std::string& why = {}) const {
    on_health(context, healthy, view_of(why));
  }

  static inline HealthExtension* current = nullptr;
  std::function<dream_status(dream_errors*)> say = [](auto*) { return DREAM_OK; };
  dream_on_health on_health = nullptr;
  void* context = nullptr;
  std::uint32_t limit_ms = 0;
  dream_health table{sizeof(dream_health), [](dream_run*, std::uint32_t limit, dream_on_health on_answer,
                                              void* with, dream_errors* errors) noexcept {
                       current->limit_ms = limit;
                       current->on_health = on_answer;
                       current->context = with;
                       return current->say(errors);
                     }};
  std::vector<std::string> told;
  ScriptedHost host;
  std::unique_ptr<plugin::Run> step;
};

TEST_F(HealthExtension, is_asked_each_time_and_answers_on_the_loop) {
  EXPECT_TRUE(host.executor->tells_health());
  ASSERT_TRUE(ask());
  EXPECT_EQ(limit_ms, 5000U);
  std::thread([&] { answer(1, "all is well"); }).join();
  EXPECT_THAT(told, IsEmpty());
  host.services.run_posted();
  ASSERT_TRUE(ask());
  answer(0, "exit code 1\nno database");
  ASSERT_TRUE(ask());
  answer(0);
  host.services.run_posted();
  EXPECT_THAT(told, ElementsAre("", "exit code 1\\x0ano database", "its executor doesn't say why"));
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST_F(HealthExtension, answers_at_once_and_once) {
  say = [this](auto*) {
    answer(1);
    answer(0, "twice");
    return DREAM_OK;
  };
  ASSERT_TRUE(ask());
  host.services.run_posted();
  EXPECT_THAT(told, ElementsAre(""));
  EXPECT_THAT(host.services.log_.lines, ElementsAre(HasSubstr("on_health was called for what was answered")));
}

TEST_F(HealthExtension, that_can_not_tell_says_why_and_answers_nothing) {
  say = [this](auto* errors) {
    answer(1);
    return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("the engine is gone"), {});
  };
  const Result<void> asked = ask();
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().message, "the engine is gone");
  host.services.run_posted();
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(HealthExtension, of_a_run_that_has_ended_meanwhile_is_heard_no_more) {
  ASSERT_TRUE(ask());
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_FALSE(ask());
  step.reset();
  answer(0, "it has ended");
  host.services.run_posted();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(host.services.log_.lines, IsEmpty()) << "it may have been on its way";
}

TEST_F(HealthExtension, that_is_incomplete_or_missing_is_asked_for_nothing) {
  table.size = offsetof(dream_health, ask);
  EXPECT_FALSE(host.executor->tells_health());
  host.plugin.extension = [](auto) { return nullptr; };
  EXPECT_FALSE(host.executor->tells_health());
  EXPECT_FALSE(ask());
}

}  // namespace
}  // namespace dream::plugin
