#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <regex>

#include "e2e/dream_run.hpp"
#include "e2e/http.hpp"
#include "support/free_port.hpp"

/// The workspaces of docs/examples that need nothing but a shell and Python.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// Changes a word of the example's dream.json.
void replace(const Workspace& workspace, const std::string& file, const std::string& what,
             const std::string& by) {
  std::string text = workspace.read(file);
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << file << " has no " << what;
  workspace.write(file, text.replace(at, what.size(), by));
}

/// Another port than the example's, which somebody may have.
int use_free_port(const Workspace& workspace, const std::string& number) {
  const int port = free_port();
  const std::regex every("\\b" + number + "\\b");
  workspace.write("dream.json",
                  std::regex_replace(workspace.read("dream.json"), every, std::to_string(port)));
  return port;
}

TEST(TwoPackages, the_library_is_tested_first) {
  const Workspace workspace(Example{"two-packages"});
  const Finished finished = run(workspace, {.arguments = {"test"}, .folder = "app"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, "library | library: 1 test passed\napp     | app: 1 test passed\n");
}

TEST(TwoPackages, a_library_that_fails_keeps_the_app_from_being_tested) {
  const Workspace workspace(Example{"two-packages"});
  replace(workspace, "library/double.sh", "* 2", "+ 2");
  const Finished finished = run(workspace, {.arguments = {"test"}, .folder = "app"});
  EXPECT_EQ(finished.code, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, AllOf(HasSubstr("double 21: 23"), HasSubstr("1 failed, 1 skipped")));
}

TEST(ReadyExample, tests_once_the_database_listens_and_the_api_says_that_it_is_up) {
  const Workspace workspace(Example{"ready"});
  use_free_port(workspace, "7451");
  const Finished finished = run(workspace, {.arguments = {"test"}, .folder = "app"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, ContainsRegex("api: 1 people\n(.|\n)*app: 1 test passed\n"));
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("./database:start is ready after "), HasSubstr("./api:start is ready after ")));
}

TEST(TestWithDatabase, tests_once_the_database_answers_and_stops_it) {
  const Workspace workspace(Example{"test-with-database"});
  const Finished finished =
      run(workspace,
          {.arguments = {"test"}, .folder = "app", .environment = {{"PORT", std::to_string(free_port())}}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              ContainsRegex("database: takes connections\n(.|\n)*app            . app: 1 test passed\n"));
  EXPECT_THAT(finished.err, AllOf(ContainsRegex("./database:start +terminated .* no longer needed"),
                                  HasSubstr("2 succeeded, 1 terminated")));
}

TEST(TestWithDatabase, a_database_that_cannot_start_fails_the_run) {
  const Workspace workspace(Example{"test-with-database"});
  const Finished finished =
      run(workspace, {.arguments = {"test"}, .folder = "app", .environment = {{"PORT", "no port"}}});
  EXPECT_NE(finished.code, 0);
  EXPECT_THAT(finished.out, Not(HasSubstr("test passed")));
  EXPECT_THAT(finished.err, ContainsRegex("./app:test +skipped"));
}

TEST(DelayBefore, a_foreground_step_waits_before_it_starts_and_nothing_after_it) {
  const Workspace workspace(Example{"delay-before"});
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "app"});
  dream.await_out("app              | migrated\n");
  EXPECT_THAT(dream.err(),
              ContainsRegex("./database:start started\n(.|\n)*./database:migrate starts in 500 ms\n(.|\n)*"
                            "./database:migrate started\n(.|\n)*./database:migrate succeeded\n"));
  EXPECT_THAT(dream.err(), Not(HasSubstr("./app:dev starts in")));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST(DelayBefore, a_database_that_goes_during_the_delay_ends_the_wait) {
  const Workspace workspace(Example{"delay-before"});
  replace(workspace, "dream.json", R"("delay": 300)", R"("delay": 3600000)");
  replace(workspace, "dream.json", "exec tail -f /dev/null", "exit 3");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "app"});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("1 failed, 2 skipped"));
}

TEST(TimeLimit, a_task_that_runs_past_it_has_failed_whatever_it_says) {
  const Workspace workspace(Example{"time-limit"});
  replace(workspace, "dream.json", R"("timeout": 400)",
          R"("timeout": 2000)");  // however slow this machine is
  const Finished finished = run(workspace, {.arguments = {"build"}, .folder = "app"});
  EXPECT_EQ(finished.code, 124);
  EXPECT_EQ(finished.out, "mirror | looking for the mirror\nmirror | no answer\n");
  EXPECT_THAT(finished.err, AllOf(HasSubstr("./mirror:find failed: ran past its timeout of 2.0 s"),
                                  HasSubstr("1 failed, 1 skipped")));
}

TEST(TimeLimit, made_optional_the_build_goes_on) {
  const Workspace workspace(Example{"time-limit"});
  replace(workspace, "dream.json", R"("task": "find")", R"("task": "find", "required": false)");
  const Finished finished = run(workspace, {.arguments = {"build"}, .folder = "app"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("app    | built\n"));
}

class StopSignals : public ::testing::Test {
 protected:
  void await_ready(DreamRun& dream) const {
    for (const char* line : {"worker | ready\n", "cache  | ready\n", "app    | ready\n"})
      dream.await_out(line);
  }

  Workspace workspace_{Example{"stop-signals"}};
};

TEST_F(StopSignals, each_task_gets_its_own_and_who_does_not_listen_is_killed) {
  DreamRun dream(workspace_, {.arguments = {"dev"}, .folder = "app"});
  await_ready(dream);
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), HasSubstr("worker | finishes its job\n"));
  EXPECT_THAT(dream.err(), AllOf(ContainsRegex("./worker:dev +terminated [^\n]*stopped by SIGINT\n"),
                                 ContainsRegex("./cache:dev +terminated [^\n]*had to be killed\n"),
                                 ContainsRegex("./app:dev +terminated [^\n]*signal 2 .SIGINT.\n")));
}

TEST_F(StopSignals, a_second_ctrl_c_does_not_wait_for_the_grace) {
  replace(workspace_, "dream.json", R"("graceMs": 300)", R"("graceMs": 3600000)");
  DreamRun dream(workspace_, {.arguments = {"dev"}, .folder = "app"});
  await_ready(dream);
  dream.send(SIGINT);
  dream.await_out("finishes its job");
  dream.await_err("waiting for");  // long enough for it to be another request
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.err(), ContainsRegex("./cache:dev +terminated [^\n]*had to be killed\n"));
}

TEST(ParallelChecks, say_what_is_wrong_in_an_optional_package_and_succeed) {
  const Workspace workspace(Example{"parallel-checks"});
  const Finished finished = run(workspace, {.arguments = {"check"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("api  | api.json is fine\n"), HasSubstr("web  | index.html is fine\n")));
  EXPECT_THAT(finished.err, AllOf(ContainsRegex("./packages/docs:check +failed [^\n]*exit code 3, optional"),
                                  HasSubstr("waiting for"), HasSubstr("3 succeeded, 1 failed in")));
}

TEST(ParallelChecks, a_required_package_decides_the_exit_code_and_stops_the_others) {
  const Workspace workspace(Example{"parallel-checks"});
  workspace.write("packages/web/index.html", "\tHello\n");
  workspace.write("packages/api/check.sh", "exec tail -f /dev/null\n");
  const Finished finished = run(workspace, {.arguments = {"check"}});
  EXPECT_EQ(finished.code, 5) << finished.err;
  EXPECT_THAT(finished.err, AllOf(HasSubstr("web  | index.html has tabs\n"),
                                  ContainsRegex("./packages/api:check +terminated")));
}

TEST(GroupsExample, builds_what_is_not_needed_by_another_and_then_the_app) {
  const Workspace workspace(Example{"groups"});
  const Launch build{.arguments = {"build", "-j", "2"}, .folder = "app"};
  const Finished finished = run(workspace, build);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("ui is built on core\n"), HasSubstr("api is built on core\n"),
                                  HasSubstr("api\ncore\nui\n")));
  workspace.write("ui/build.sh", "exit 2\n");
  const Finished failed = run(workspace, {.arguments = {"build", "-j", "2", "-k"}, .folder = "app"});
  EXPECT_EQ(failed.code, 2) << failed.err;
  EXPECT_THAT(failed.out, AllOf(HasSubstr("api is built on core\n"), Not(HasSubstr("api\ncore\nui"))));
}

TEST(RestartExample, starts_the_api_again_after_a_crash_as_often_as_it_may) {
  const Workspace workspace(Example{"restart"});
  const int port = use_free_port(workspace, "7461");
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "web"});
  dream.await_out("web: is up\n");
  EXPECT_EQ(ask(port, "GET /crash"), "");
  dream.await_out("api: attempt 2\n");
  EXPECT_EQ(body_of(ask(port, "GET /")), "hello\n");
  workspace.write("api/settings.json", "hello");
  EXPECT_EQ(ask(port, "GET /crash"), "");
  EXPECT_EQ(dream.exit_code(), 1);
  EXPECT_THAT(dream.err(),
              AllOf(ContainsRegex("api:start failed: exit code 1; again in [^\n]* .1 of 3.\n"),
                    HasSubstr("(2 of 3)"), HasSubstr("(3 of 3)"), Not(HasSubstr("attempt 5")),
                    ContainsRegex("./web:dev +terminated [^\n]*required step ./api:start failed")));
}

TEST(RestartExample, waits_for_the_api_through_its_attempts) {
  const Workspace workspace(Example{"restart"});
  use_free_port(workspace, "7461");
  replace(workspace, "dream.json", R"("delay": 200)", R"("delay": 0)");
  workspace.write("api/settings.json", "hello");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "web"});
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("(3 of 3)"), ContainsRegex("./web:dev +skipped")));
}

TEST(HealthExample, starts_an_api_again_that_answers_nobody) {
  const Workspace workspace(Example{"health"});
  const int port = use_free_port(workspace, "7471");
  replace(workspace, "dream.json", R"("every": 2000, "failures": 2)", R"("every": 20, "failures": 1)");
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "web"});
  dream.await_out("web: is up\n");
  EXPECT_EQ(ask(port, "GET /hang"), "");  // until the api is ended
  dream.await_out("api: attempt 2\n");
  EXPECT_EQ(body_of(ask(port, "GET /")), "ok\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("./api:start is unhealthy: "), HasSubstr("(1 of 1)")));
}

class FinallyExample : public ::testing::Test {
 protected:
  FinallyExample() { use_free_port(workspace_, "7481"); }

  /// The database was dumped, and the scratch folder removed, before the database was stopped.
  void expect_teardown(const std::string& out) const {
    EXPECT_THAT(out, ContainsRegex("database: dumped 1 record.s.\n(.|\n)*app: scratch is gone\n(.|\n)*"
                                   "database: closed with 1 record.s.\n"));
    EXPECT_EQ(workspace_.read("database/dump.json"), R"({"first": "ada"})");
    EXPECT_FALSE(std::filesystem::exists(workspace_.root() / "app/scratch"));
  }

  Workspace workspace_{Example{"finally"}};
  Launch launch_{.arguments = {"test"}, .folder = "app"};
};

TEST_F(FinallyExample, dumps_and_cleans_up_after_the_tests) {
  const Finished finished = run(workspace_, launch_);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("app: 1 test passed\n"));
  expect_teardown(finished.out);
}

TEST_F(FinallyExample, does_so_after_a_failure_whose_exit_code_stays) {
  replace(workspace_, "app/test.py", R"(== "ada")", R"(== "bob")");
  const Finished finished = run(workspace_, launch_);
  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(finished.out, Not(HasSubstr("test passed")));
  expect_teardown(finished.out);
}

TEST_F(FinallyExample, does_so_after_ctrl_c) {
  replace(workspace_, "app/test.py", R"(print("app: 1 test passed"))",
          "print('app: waits')\n__import__('signal').pause()");
  DreamRun dream(workspace_, launch_);
  dream.await_out("app: waits\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  expect_teardown(dream.out());
}

TEST_F(FinallyExample, cleans_up_after_a_dump_that_failed) {
  workspace_.write("database/dump.py", "raise SystemExit(3)\n");
  const Finished finished = run(workspace_, launch_);
  EXPECT_EQ(finished.code, 3) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("app: scratch is gone\n"));
}

class NotifyExample : public ::testing::Test {
 protected:
  NotifyExample() { use_free_port(workspace_, "7491"); }

  Workspace workspace_{Example{"notify"}};
  Launch launch_{.arguments = {"test"}, .folder = "app"};
};

TEST_F(NotifyExample, tests_once_the_search_says_that_it_is_ready) {
  const Finished finished = run(workspace_, launch_);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, ContainsRegex("search: knows 8 words\n(.|\n)*app: 1 test passed\n"));
  EXPECT_THAT(finished.err, HasSubstr("./search:start is ready after "));
}

TEST_F(NotifyExample, shows_what_a_search_says_that_is_not_ready) {
  replace(workspace_, "search/search.py", "READY=1", "STATUS=warms up");
  DreamRun dream(workspace_, launch_);
  dream.await_err("warms up");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.err(), ContainsRegex("./app:test +skipped"));
}

TEST_F(NotifyExample, a_search_without_a_book_fails_the_run) {
  std::filesystem::remove(workspace_.root() / "search/book.txt");
  const Finished finished = run(workspace_, launch_);
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("ended before it was ready"), ContainsRegex("./app:test +skipped")));
}

}  // namespace
}  // namespace dream::e2e
