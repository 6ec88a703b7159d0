#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <dream/testing/plugin_driver.hpp>

#include "scripted_run.hpp"

namespace dream::docker {
namespace {

using dream::testing::FakeHealth;
using dream::testing::FakeRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ScriptedRun, graceful_is_the_steps_signal_once_and_force_is_kill) {
  FakeRun& run = start_and_hold();
  plugin.terminate(run, DREAM_GRACEFUL);
  plugin.terminate(run, DREAM_GRACEFUL);
  EXPECT_THAT(engine.await("POST /containers/c1/kill"), HasSubstr("signal=15"));
  EXPECT_EQ(plugin.status(run).phase, DREAM_PHASE_STOPPING);
  plugin.terminate(run, DREAM_FORCE);
  engine.answer("POST /containers/c1/wait", ScriptedEngine::reply(200, R"({"StatusCode": 137})"));
  engine.release("POST /containers/c1/wait");
  EXPECT_EQ(exit_of(run).value, 137);
  EXPECT_LE(engine.count("POST /containers/c1/kill"), 2U);
  EXPECT_EQ(plugin.terminate(run, DREAM_FORCE), DREAM_OK);
}

/// How the engine is asked to signal a container of an image with this signal.
std::string kill_of(const std::string& image_signal, std::uint32_t flags) {
  struct : ScriptedRun {
    void TestBody() override {}
  } one;
  one.engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(
          200, R"({"Id": "i1", "Config": {"Cmd": ["sh"])" +
                   (image_signal.empty() ? "" : R"(, "StopSignal": ")" + image_signal + "\"") + "}}"));
  FakeRun& run = one.start_and_hold(flags);
  one.plugin.terminate(run, DREAM_GRACEFUL);
  std::string target = one.engine.await("POST /containers/c1/kill");
  one.engine.release("POST /containers/c1/wait");
  one.exit_of(run);
  target.erase(0, target.find('?') + 1);
  return target.substr(0, target.find(' '));
}

TEST(ScriptedSignal, is_dream_jsons_or_else_the_images_in_its_own_words) {
  constexpr std::uint32_t own = DREAM_TASK_OWN_SIGNAL;
  EXPECT_EQ(kill_of("SIGRTMIN+3", own), "signal=SIGRTMIN%2B3");
  EXPECT_EQ(kill_of("QUIT", own), "signal=QUIT");
  EXPECT_EQ(kill_of("3", own), "signal=3");
  EXPECT_EQ(kill_of("", own), "signal=15");
  EXPECT_EQ(kill_of("SIGQUIT", 0), "signal=15") << "dream.json names it";
}

TEST_F(ScriptedRun, a_signal_that_the_engine_does_not_know_is_sigterm) {
  engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Cmd": ["sh"], "StopSignal": "SIGODD"}})"));
  engine.answer("POST /containers/c1/kill",
                ScriptedEngine::reply(400, R"({"message": "invalid signal: SIGODD"})"));
  FakeRun& run = start_and_hold(DREAM_TASK_OWN_SIGNAL);
  plugin.terminate(run, DREAM_GRACEFUL);
  until([&] { return !host.logged().empty(); });
  EXPECT_EQ(engine.count("POST /containers/c1/kill"), 2U);
  engine.release("POST /containers/c1/wait");
  exit_of(run);
}

/// What the engine tells of the processes in a container: the command lines.
std::string processes(const std::string& commands) {
  return ScriptedEngine::reply(200, R"({"Titles": ["PID", "CMD"], "Processes": [)" + commands + "]}");
}

TEST_F(ScriptedRun, has_started_when_the_init_has_become_the_program) {
  const std::string init = R"(["7", "/sbin/docker-init -- x"])";
  engine.answer("GET /containers/c1/top", processes(init + R"(, ["8", "/sbin/docker-init -- x"])"));
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start();
  while (engine.count("GET /containers/c1/top") < 2) host.run_posted();
  engine.answer("GET /containers/c1/top", processes(init + R"(, ["8", "[docker-init] <defunct>"])"));
  const std::size_t before = engine.count("GET /containers/c1/top");
  while (engine.count("GET /containers/c1/top") < before + 3) host.run_posted();
  EXPECT_TRUE(host.started_runs().empty());
  engine.answer("GET /containers/c1/top", processes(init + R"(, ["8", "x"])"));
  until([&] { return !host.started_runs().empty(); });
  engine.release("POST /containers/c1/wait");
  EXPECT_EQ(exit_of(run).value, 0);
}

TEST_F(ScriptedRun, has_started_when_it_writes) {
  engine.answer("GET /containers/c1/top", processes(R"(["7", "x"])"));
  engine.answer("POST /containers/c1/attach",
                "HTTP/1.1 101 UPGRADED\r\n\r\n" + std::string("\2\0\0\0\0\0\0\3err", 11));
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start();
  until([&] { return !host.started_runs().empty(); });
  engine.release("POST /containers/c1/wait");
  EXPECT_EQ(exit_of(run).value, 0);
}

TEST_F(ScriptedRun, whose_image_has_no_health_check_fails_when_that_is_waited_for) {
  const std::string failure = failure_of(start("", DREAM_TASK_TELL_READY));
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure,
              HasSubstr("the image box has no HEALTHCHECK, which is to tell when ./web:dev is ready"));
  EXPECT_THAT(failure_of(start("", DREAM_TASK_ASK_HEALTH)),
              ::testing::AllOf(HasSubstr("has no HEALTHCHECK, which is to tell whether ./web:dev is healthy"),
                               HasSubstr("or take another probe: port, http or exec")));
  EXPECT_EQ(engine.count("POST /containers/create"), 0U);
  engine.answer("GET /images/box/json",
                ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Healthcheck": {"Test": ["NONE"]}}})"));
  EXPECT_THAT(failure_of(start("", DREAM_TASK_TELL_READY)), HasSubstr("has no HEALTHCHECK"));
}

TEST_F(ScriptedRun, has_the_health_check_of_its_options_or_none) {
  const std::string healthy = R"({"State": {"Status": "running", "Health": {"Status": "healthy"}}})";
  engine.answer("GET /containers/c1/json", ScriptedEngine::reply(200, healthy));
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start(R"(, "healthcheck": {"test": "ok"})", DREAM_TASK_TELL_READY);
  until([&] { return !host.ready_runs().empty(); });
  engine.release("POST /containers/c1/wait");
  exit_of(run);
  engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Healthcheck": {"Test": ["CMD", "x"]}}})"));
  const std::string off = R"(, "healthcheck": {"disable": true})";
  EXPECT_THAT(failure_of(start(off, DREAM_TASK_TELL_READY)), HasSubstr("has no HEALTHCHECK"));
}

/// The engine's word for a container's health.
std::string health(const std::string& word) {
  return ScriptedEngine::reply(200,
                               R"({"State": {"Status": "running", "Health": {"Status": ")" + word + "\"}}}");
}

/// The same, and with what the last try of its check has failed.
std::string failed_check(const std::string& word, const std::string& output) {
  return ScriptedEngine::reply(200, R"({"State": {"Status": "running", "Health": {"Status": ")" + word +
                                        R"(", "Log": [{"ExitCode": 0, "Output": "before"}, )" +
                                        R"({"ExitCode": 7, "Output": ")" + output + R"("}]}}})");
}

TEST_F(ScriptedRun, tells_once_that_it_is_unhealthy_and_what_its_check_has_said) {
  engine.answer("GET /containers/c1/json", failed_check("starting", R"(a\nno answer\n)"));
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start(R"(, "healthcheck": {"test": "ok"})", DREAM_TASK_TELL_READY);
  const auto detail = [&] {
    const dream_str words = plugin.status(run).detail;
    return std::string(words.data, words.size);
  };
  until([&] { return detail().find("running, starting (exit code 7: no answer)") != std::string::npos; });
  EXPECT_TRUE(host.logged().empty());
  engine.answer("GET /containers/c1/json", failed_check("unhealthy", "none"));
  until([&] { return detail().find("running, unhealthy (exit code 7: none)") != std::string::npos; });
  until([&] { return !host.logged().empty(); });
  engine.answer("GET /containers/c1/json", failed_check("unhealthy", ""));
  until([&] { return detail().ends_with("running, unhealthy (exit code 7)"); });
  EXPECT_EQ(host.logged().size(), 1U);
  EXPECT_THAT(host.logged().front().message,
              HasSubstr("./web:dev is unhealthy (exit code 7: none); dream waits"));
  engine.release("POST /containers/c1/wait");
  exit_of(run);
}

TEST_F(ScriptedRun, is_ready_once_when_its_health_check_has_passed) {
  engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Healthcheck": {"Test": ["CMD", "x"]}}})"));
  engine.answer("GET /containers/c1/json", health("starting"));
  FakeRun& run = start_and_hold(DREAM_TASK_TELL_READY);
  engine.answer("GET /containers/c1/json", health("unhealthy"));
  const std::size_t before = engine.count("GET /containers/c1/json");
  while (engine.count("GET /containers/c1/json") < before + 3) host.run_posted();
  EXPECT_TRUE(host.ready_runs().empty());
  engine.answer("GET /containers/c1/json", health("healthy"));
  until([&] { return !host.ready_runs().empty(); });
  const std::size_t asked = engine.count("GET /containers/c1/json");
  engine.release("POST /containers/c1/wait");
  exit_of(run);
  EXPECT_THAT(host.ready_runs(), ElementsAre(run.id));
  EXPECT_TRUE(host.refusals().empty());
  EXPECT_EQ(engine.count("GET /containers/c1/json"), asked) << "it is asked no more";
}

TEST_F(ScriptedRun, is_healthy_or_not_by_its_check_each_time_that_it_is_asked) {
  engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Healthcheck": {"Test": ["CMD", "x"]}}})"));
  engine.answer("GET /containers/c1/top", processes(R"(["7", "init x"], ["8", "x"])"));
  FakeRun& run = start_and_hold(DREAM_TASK_ASK_HEALTH);
  const auto ask = [&] {
    const std::size_t before = run.healths.size();
    EXPECT_TRUE(plugin.ask_health(run));
    until([&] { return run.healths.size() > before; });
    return run.healths.back();
  };
  engine.answer("GET /containers/c1/json", health("starting"));
  EXPECT_EQ(ask(), (FakeHealth{true, ""}));
  engine.answer("GET /containers/c1/json", health("healthy"));
  EXPECT_EQ(ask(), (FakeHealth{true, ""}));
  engine.answer("GET /containers/c1/json", failed_check("unhealthy", R"(a\nno answer\n)"));
  EXPECT_EQ(ask(), (FakeHealth{false, "exit code 7: no answer"}));
  engine.answer("GET /containers/c1/json", health("unhealthy"));
  EXPECT_EQ(ask(), (FakeHealth{false, "its health check fails"}));
  engine.answer("GET /containers/c1/json", ScriptedEngine::reply(500, R"({"message": "no idea"})"));
  EXPECT_THAT(ask().why, HasSubstr("no idea"));
  EXPECT_TRUE(host.ready_runs().empty());
  EXPECT_TRUE(host.logged().empty());
  engine.release("POST /containers/c1/wait");
  exit_of(run);
}

TEST_F(ScriptedRun, that_ends_while_it_is_asked_whether_it_is_healthy_answers_before) {
  engine.answer("GET /containers/c1/top", processes(R"(["7", "init x"], ["8", "x"])"));
  engine.hold("GET /containers/c1/json");
  FakeRun& run = start_and_hold();
  EXPECT_TRUE(plugin.ask_health(run));
  engine.await("GET /containers/c1/json");
  engine.release("POST /containers/c1/wait");
  exit_of(run);
  EXPECT_THAT(run.healths, ElementsAre(FakeHealth{false, "the step has ended"}));
  engine.release("GET /containers/c1/json");
}

TEST_F(ScriptedRun, has_no_command_beside_one_that_was_given_up_and_may_still_run) {
  const std::string create = "POST /containers/c1/exec";
  const std::string look = "GET /exec/e1/json";
  engine.answer(create, ScriptedEngine::reply(201, R"({"Id": "e1"})"));
  engine.hold("POST /exec/e1/start");
  FakeRun& run = start_and_hold();
  const auto why_not = [&](std::uint32_t limit_ms) {
    const std::size_t before = run.insides.size();
    EXPECT_TRUE(plugin.run_inside(run, {"x"}, limit_ms));
    until([&] { return run.insides.size() > before; });
    return run.insides.back().exit.text;
  };
  why_not(50);
  engine.release("POST /exec/e1/start");
  engine.answer(look, ScriptedEngine::reply(500, R"({"message": "no idea"})"));
  EXPECT_THAT(why_not(0), HasSubstr("no idea"));
  engine.answer(look, ScriptedEngine::reply(200, R"({"Running": true})"));
  EXPECT_THAT(why_not(0), HasSubstr("the command before it still runs"));
  EXPECT_EQ(engine.count(create), 1U);
  engine.answer(look, ScriptedEngine::reply(404, R"({"message": "No such exec instance"})"));
  why_not(0);
  EXPECT_EQ(engine.count(create), 2U) << "an engine forgets a command that has ended";
  engine.release("POST /containers/c1/wait");
  exit_of(run);
}

TEST_F(ScriptedRun, is_asked_no_more_when_dream_waits_no_longer) {
  engine.answer("GET /containers/c1/json", health("starting"));
  engine.hold("POST /containers/c1/wait");
  const std::string check = R"(, "healthcheck": {"test": "ok"})";
  ScriptedEngine other;
  other.answer("GET /containers/c1/json", health("starting"));
  other.hold("POST /containers/c1/wait");
  FakeRun& run = start(check, DREAM_TASK_TELL_READY, 1);
  until([&] { return host.started_runs().size() == 1; });
  // Both have the same pauses, so the second one shows that time goes on.
  FakeRun* without_end =
      plugin.start({.options = R"({"image": "box", "host": ")" + other.address() + "\"" + check + "}",
                    .flags = DREAM_TASK_TELL_READY});
  while (other.count("GET /containers/c1/json") < 12) host.run_posted();
  EXPECT_LE(engine.count("GET /containers/c1/json"), 3U) << "two for its health, one for its program";
  engine.release("POST /containers/c1/wait");
  other.release("POST /containers/c1/wait");
  exit_of(run);
  exit_of(*without_end);
  EXPECT_TRUE(host.ready_runs().empty());
}

TEST_F(ScriptedRun, that_nobody_asks_about_is_not_looked_at) {
  engine.answer(
      "GET /images/box/json",
      ScriptedEngine::reply(200, R"({"Id": "i1", "Config": {"Healthcheck": {"Test": ["CMD", "x"]}}})"));
  engine.answer("GET /containers/c1/top", processes(R"(["7", "init x"], ["8", "x"])"));
  FakeRun& run = start_and_hold();
  engine.release("POST /containers/c1/wait");
  exit_of(run);
  EXPECT_EQ(engine.count("GET /containers/c1/json"), 0U);
}

}  // namespace
}  // namespace dream::docker
