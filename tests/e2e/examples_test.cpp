#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

#include "e2e/dream_run.hpp"
#include "e2e/http.hpp"
#include "e2e/process_list.hpp"
#include "support/free_port.hpp"

/// Each workspace of docs/examples does what its own comments say.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Introduction : public ::testing::Test {
 protected:
  Introduction() {
    use_port("7411", database_port_);
    use_port("7412", auth_port_);
  }

  Launch launch() const {
    return {.arguments = {"dev"},
            .folder = "services/api",
            .environment = {{"DATABASE_PORT", std::to_string(database_port_)},
                            {"AUTH_PORT", std::to_string(auth_port_)},
                            {"API_PORT", std::to_string(api_port_)}}};
  }

  void edit(const std::string& text, const std::string& by) const {
    std::string configuration = workspace_.read("dream.json");
    const std::size_t place = configuration.find(text);
    ASSERT_NE(place, std::string::npos);
    workspace_.write("dream.json", configuration.replace(place, text.size(), by));
  }

  void use_port(const std::string& number, int port) const { edit(number, std::to_string(port)); }

  static void await_ready(DreamRun& dream) {
    for (const char* name : {"database", "auth", "api"})
      dream.await_out(std::string(name) + ": ready on port");
  }

  Workspace workspace_{Example{"introduction"}};
  int database_port_ = free_port();
  int auth_port_ = free_port();
  int api_port_ = free_port();
};

TEST_F(Introduction, starts_everything_serves_and_takes_it_all_down) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  const std::string token = body_of(ask(auth_port_, "POST /login", "Ada"));
  EXPECT_EQ(token.size(), 17U) << token;
  EXPECT_EQ(body_of(ask(api_port_, "GET /hello/" + token.substr(0, 16))), "hello, Ada\n");
  EXPECT_THAT(ask(api_port_, "GET /hello/nobody"), HasSubstr("401"));
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("./services/database:start is ready after "),
                                 HasSubstr("./services/auth:dev is ready after ")));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(),
              AllOf(HasSubstr("database | database: closed with 1 keys\n"),
                    HasSubstr("auth     | auth: closed\n"), HasSubstr("api      | api: closed\n")));
  EXPECT_THAT(dream.err(), HasSubstr("3 terminated in"));
}

TEST_F(Introduction, a_killed_service_takes_the_others_down) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  ::kill(find_below(dream.pid(), "database.py"), SIGKILL);
  EXPECT_EQ(dream.exit_code(), 137);
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("auth: closed"), HasSubstr("api: closed"))) << dream.err();
  EXPECT_THAT(dream.err(), HasSubstr("./services/database:start failed: signal 9 (SIGKILL)"));
}

TEST_F(Introduction, goes_on_without_an_optional_service_that_was_killed) {
  edit(R"("./services/auth"])", R"({ "projectPath": "./services/auth", "required": false }])");
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  ::kill(find_below(dream.pid(), "auth.py"), SIGKILL);
  dream.await_err("./services/auth:dev failed: signal 9 (SIGKILL), optional");
  EXPECT_THAT(ask(api_port_, "GET /hello/anybody"), HasSubstr("503"));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST(TestRecursive, tests_the_deepest_package_first) {
  const Workspace workspace(Example{"test-recursive"});
  const Finished finished = run(workspace, {.arguments = {"test"}, .folder = "services/api"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out,
            "text     | text: 1 test passed\n"
            "greeting | greeting: 1 test passed\n"
            "api      | api: 1 test passed\n");
  const Finished shallow =
      run(workspace, {.arguments = {"test", "--no-recursive"}, .folder = "services/api"});
  EXPECT_EQ(shallow.out, "greeting | greeting: 1 test passed\napi      | api: 1 test passed\n");
}

TEST(TestRecursive, the_first_test_that_fails_ends_the_run) {
  const Workspace workspace(Example{"test-recursive"});
  workspace.write("packages/text/upper.sh", "upper() { printf '%s' \"$1\"; }\n");
  const Finished finished = run(workspace, {.arguments = {"test"}, .folder = "services/api"});
  EXPECT_EQ(finished.code, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr("text     | upper hello: hello\n"));
  EXPECT_THAT(finished.err, HasSubstr("1 failed, 2 skipped"));
}

TEST(OptionalStep, fails_and_the_app_goes_on) {
  const Workspace workspace(Example{"optional-step"});
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "app"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("app      | the end\n"));
  EXPECT_THAT(finished.err, HasSubstr("spelling | line 2: teh, did you mean the?\n"));
  EXPECT_THAT(finished.err, ContainsRegex("./spelling:check +failed .* exit code 4, optional\n"));
}

TEST(OptionalStep, made_required_it_fails_the_run) {
  const Workspace workspace(Example{"optional-step"});
  std::string configuration = workspace.read("dream.json");
  const std::string optional_member = R"(, "required": false)";
  configuration.erase(configuration.find(optional_member), optional_member.size());
  workspace.write("dream.json", configuration);
  EXPECT_EQ(run(workspace, {.arguments = {"dev"}, .folder = "app"}).code, 4);
}

TEST(BuildThenRun, builds_in_order_and_runs_what_was_built) {
  const Workspace workspace(Example{"build-then-run"});
  EXPECT_EQ(run(workspace, {.arguments = {"start"}, .folder = "app"}).out, "app:start | hello, world!\n");
  const Finished finished =
      run(workspace, {.arguments = {"start", "-o", "raw", "--", "you"}, .folder = "app"});
  EXPECT_EQ(finished.out, "hello, you!\n");
  EXPECT_THAT(finished.err, HasSubstr("3 succeeded in"));
}

TEST(BuildThenRun, does_not_run_what_could_not_be_built) {
  const Workspace workspace(Example{"build-then-run"});
  std::filesystem::remove(workspace.root() / "library/greeting.in");
  const Finished finished = run(workspace, {.arguments = {"start"}, .folder = "app"});
  EXPECT_NE(finished.code, 0);
  EXPECT_THAT(finished.out, Not(HasSubstr("hello")));
  EXPECT_THAT(finished.err, HasSubstr("1 failed, 2 skipped"));
}

TEST(EnvFiles, later_layers_win) {
  const Workspace workspace(Example{"env-files"});
  const Finished finished =
      run(workspace,
          {.arguments = {"show"}, .folder = "app", .environment = {{"STAGE", "mine"}, {"GREETING", "mine"}}});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "GREETING=hello from .env\nSECRET=from .env.local\nREGION=project\nSTAGE=task\n");
}

class NodeAndDeno : public ::testing::Test {
 protected:
  Launch launch() const {
    return {.arguments = {"dev"},
            .folder = "web",
            .environment = {{"QUOTES_PORT", std::to_string(free_port())},
                            {"WEB_PORT", std::to_string(web_port_)}}};
  }

  Workspace workspace_{Example{"node-and-deno"}};
  int web_port_ = free_port();
};

TEST_F(NodeAndDeno, serves_and_stops_with_one_signal_each) {
  DreamRun dream(workspace_, launch());
  dream.await_out("quotes: ready on port");
  dream.await_out("web: ready on port");
  EXPECT_THAT(dream.out(), HasSubstr("web: checked\n"));
  EXPECT_THAT(ask(web_port_, "GET /"), HasSubstr("they say: well begun is half done\n"));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("quotes: closed, asked 1 time(s)\n"),
                                 HasSubstr("web: closed, asked 1 time(s)\n")))
      << dream.err();
}

TEST_F(NodeAndDeno, a_killed_service_takes_the_other_down) {
  for (const char* victim : {"deno/deno run", ": node server.js"}) {
    DreamRun dream(workspace_, launch());
    dream.await_out("quotes: ready on port");
    dream.await_out("web: ready on port");
    ::kill(find_program_below(dream.pid(), victim), SIGKILL);
    EXPECT_EQ(dream.exit_code(), 137) << victim << "\n" << dream.err();
  }
}

}  // namespace
}  // namespace dream::e2e
