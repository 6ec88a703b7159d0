#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/ctl_stack.hpp"

/// Steps that are restarted on request, with others or with what dream.json says now.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Ctl, restart_restarts_those_that_need_the_step_when_it_is_ready_again) {
  open();
  EXPECT_EQ(stack.ctl({"restart", "./a:start", "--with-dependents"}).code, 0);
  dream.await_err("./a:start: restarted on request");
  dream.await_err("./a:start started again (attempt 2)");
  EXPECT_THAT(dream.err(), Not(HasSubstr("./c:dev: restarted")));
  DreamRun waiting(stack, stack.launch({"ctl", "wait", "./c:dev"}));
  stack.gate.open();
  EXPECT_EQ(waiting.exit_code_beside_others(), 0) << waiting.err();
  EXPECT_THAT(stack.ctl({"ps"}).out, ContainsRegex("./c:dev +running .*attempt 2"));
  dream.await_err("./c:dev: restarted with ./a:start");
  dream.await_err("./c:dev started again (attempt 2)");
  EXPECT_EQ(stack.ctl({"wait"}).code, 0);
}

TEST_F(Ctl, restart_of_several_with_dependents_restarts_each_once) {
  open();
  EXPECT_EQ(stack.ctl({"restart", "./c:dev", "./a:start", "--with-dependents"}).code, 0);
  stack.gate.open();
  dream.await_err("./c:dev started again (attempt 2)");
  EXPECT_THAT(stack.ctl({"ps"}).out, ContainsRegex("./c:dev +running .*attempt 2"));
}

TEST(Restart, that_is_under_way_does_for_another_request_and_brings_dependents_along) {
  const Stack stack(
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./a", "task": "start", "async": true}]}},
      "projects": {
        "./a": {"tasks": {"start": {"stop": {"grace": "1h"},
          "command": "trap '' TERM INT; echo runs; read go < $ROOT/gate"}}},
        "./c": {"tasks": {"dev": {"command": "echo runs; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "-o", "prefix"}));
  for (const char* step : {"a", "c"}) dream.await_out(step + std::string(" | runs\n"));
  const Finished first = stack.ctl({"restart", "./a:start"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, "");
  const Finished again = stack.ctl({"restart", "./a:start"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, "./a:start is being restarted already\n");
  const Finished with_others = stack.ctl({"restart", "./a:start", "--with-dependents", "--reload"});
  EXPECT_EQ(with_others.code, 0) << with_others.err;
  EXPECT_EQ(with_others.out,
            "./a:start is being restarted already\ndream.json has the same settings as before\n");
  stack.gate.open();
  dream.await_err("./a:start started again (attempt 2)");
  dream.await_err("./c:dev started again (attempt 2)");
  EXPECT_THAT(dream.err(), Not(HasSubstr("attempt 3")));
  dream.send(SIGTERM);
  stack.gate.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST(Restart, waits_for_no_slot_that_others_hold) {
  const Stack stack(
      R"({"workspace": {"./c": {"dev": [[{"projectPath": "./a", "task": "build", "required": false}, "./a:one", "./a:two"]]}},
      "projects": {
        "./a": {"tasks": {"build": {"command": "echo builds; exit 3"},
                          "one": {"command": "echo one; read word < $ROOT/nobody"},
                          "two": {"command": "echo two; read word < $ROOT/nobody"}}},
        "./c": {"tasks": {"dev": {"command": "true"}}}}})");
  DreamRun dream(stack, stack.launch({"dev", "-o", "prefix", "-j", "2"}));
  dream.await_out("| two\n");
  EXPECT_EQ(stack.ctl({"start", "./a:build"}).code, 0);
  dream.await_err("./a:build started again (attempt 2)");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST(Restart, starts_steps_that_have_ended_until_the_run_is_at_its_end) {
  const Stack stack(
      R"({"workspace": {"./c": {"dev": ["./a:build", {"projectPath": "./b", "task": "start", "async": true, "required": false},
        {"projectPath": "./b", "task": "clean", "finally": true}]}},
      "projects": {
        "./a": {"tasks": {"build": {"command": "echo builds"}}},
        "./b": {"tasks": {"start": {"command": "read word < $ROOT/gate; echo has $word; exit 3"},
                          "clean": {"command": "echo cleans; read word < $ROOT/gate"}}},
        "./c": {"tasks": {"dev": {"command": "echo runs; read word < $ROOT/nobody"}}}}})");
  std::filesystem::create_directory(stack.root() / "b");
  DreamRun dream(stack, stack.launch({"dev", "-o", "prefix"}));
  dream.await_out("| runs\n");
  stack.gate.open();
  dream.await_err("./b:start failed: exit code 3");

  EXPECT_EQ(stack.ctl({"start", "./a:build"}).code, 0);
  dream.await_err("./a:build started again (attempt 2)");
  EXPECT_EQ(stack.ctl({"wait", "./a:build", "--until", "ended"}).code, 0);
  EXPECT_EQ(stack.ctl({"restart", "./b:start"}).code, 0);
  dream.await_err("./b:start started again (attempt 2)");
  EXPECT_EQ(stack.ctl({"stop", "./b:start"}).code, 0);
  EXPECT_EQ(stack.ctl({"stop", "./a:build"}).err, "dream: ./a:build has ended\n");

  EXPECT_EQ(stack.ctl({"stop", "./c:dev"}).code, 0);
  EXPECT_EQ(stack.ctl({"start", "./b:start"}).code, 0);
  dream.send(SIGTERM);
  dream.await_out("| cleans\n");
  const Finished late = stack.ctl({"start", "./a:build"});
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("the run is being stopped"));
  stack.gate.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
  EXPECT_THAT(dream.out(), ContainsRegex("builds\n(.*\n)*.*builds\n"));
}

/// What dream.json says now: `old_text` of it by `text`.
class Reload : public Ctl {
 protected:
  /// Names it where the workspace can't be read.
  [[nodiscard]] std::string run_id() const {
    const auto socket = std::filesystem::directory_iterator(stack.root() / "runtime/dream")->path();
    return socket.filename().string().substr(std::string_view("run-").size());
  }
  void change(std::string_view old_text, std::string_view text) const {
    std::string now(Stack::configuration);
    const std::size_t at = now.find(old_text);
    ASSERT_NE(at, std::string::npos);
    stack.write("dream.json", now.replace(at, old_text.size(), text));
  }
};

TEST_F(Reload, starts_a_step_as_dream_json_has_it_now_and_shows_what_has_changed) {
  open();
  EXPECT_THAT(stack.ctl({"ps"}).out, Not(HasSubstr("has changed")));
  change(
      R"("command": "echo c runs;)",
      R"("env": {"COLOUR": "red", "API_TOKEN": "h-1", "DB": "pg://me:word@db/x"}, "command": "echo $COLOUR $API_TOKEN;)");
  EXPECT_THAT(stack.ctl({"ps"}).out, HasSubstr("dream.json has changed since the run began; a step uses that "
                                               "only after dream ctl restart STEP --reload\n"));
  EXPECT_THAT(on_one_line(stack.ctl({"ps", "--json"}).out), HasSubstr(R"("changed": ["dream.json"])"));
  EXPECT_EQ(stack.ctl({"restart", "./c:dev"}).code, 0);
  dream.await_out("c | c runs\nc | c runs\n");
  const Finished reloaded = stack.ctl({"restart", "./c:dev", "--reload"});
  EXPECT_EQ(reloaded.code, 0) << reloaded.err;
  EXPECT_EQ(reloaded.out,
            "./c:dev  command: echo c runs; read word < $ROOT/nobody → echo $COLOUR $API_TOKEN; read word < "
            "$ROOT/nobody\n"
            "./c:dev  env API_TOKEN: (none) → ***\n"
            "./c:dev  env COLOUR: (none) → red\n"
            "./c:dev  env DB: (none) → ***\n");
  dream.await_out("red h-1\n");
  dream.await_err("./c:dev, as dream.json has it now: env COLOUR: (none) → red");
  EXPECT_EQ(stack.ctl({"restart", "./c:dev", "--reload"}).out,
            "dream.json has the same settings as before\n");
}

TEST_F(Reload, starts_a_held_step_as_it_is_now) {
  open();
  EXPECT_EQ(stack.ctl({"stop", "./c:dev"}).code, 0);
  change("echo c runs", "echo c runs anew");
  EXPECT_EQ(stack.ctl({"start", "./c:dev", "--reload"}).code, 0);
  dream.await_out("c runs anew\n");
}

TEST_F(Reload, reads_no_pipe_again_and_sees_files_that_have_come) {
  open();
  stack.write("dream.local.json", "{}");
  EXPECT_THAT(on_one_line(stack.ctl({"ps", "--json"}).out), HasSubstr(R"("changed": ["dream.local.json"])"));
  ASSERT_EQ(::mkfifo((stack.root() / ".env").c_str(), 0600), 0);
  for (const auto* asking : {R"("env": {"WORD": "${OF_THE_FILE}"}, )", R"("envFile": "../.env", )"}) {
    change(R"("command": "echo c)", std::string(asking) + R"("command": "echo c)");
    const Finished refused = stack.ctl({"restart", "./c:dev", "--reload"});
    EXPECT_EQ(refused.code, 1) << asking;
    EXPECT_THAT(refused.err, HasSubstr(".env: can be read only once, and isn't read again"));
  }
}

TEST_F(Reload, minds_no_dot_env_that_nothing_is_read_from) {
  open();
  const std::filesystem::path dot_env = stack.root() / ".env";
  int attempt = 1;
  const auto reload = [&] {
    const Finished reloaded = stack.ctl({"restart", "./c:dev", "--reload"});
    EXPECT_EQ(reloaded.code, 0) << reloaded.err;
    dream.await_err("./c:dev started again (attempt " + std::to_string(++attempt) + ")");
  };
  ASSERT_EQ(::mkfifo(dot_env.c_str(), 0600), 0);
  reload();
  change(R"({"workspace")",
         R"({"dotEnv": false, "tasks": {"dev": {"env": {"A": "${OF_THE_FILE}"}}}, "workspace")");
  reload();
  change(R"("command": "echo c)", R"("env": {"B": "${OF_THE_FILE}"}, "command": "echo c)");
  std::filesystem::remove(dot_env);
  std::filesystem::create_directory(dot_env);
  reload();
  std::filesystem::remove(dot_env);
  std::filesystem::create_symlink("/dev/null", dot_env);
  reload();
  change(R"("command": "echo c)", R"("envFile": "../.env", "command": "echo c)");
  reload();
}

/// Written as JSON or for a shell, they don't read as they are.
TEST_F(Reload, shows_no_secret_that_is_escaped) {
  open();
  stack.write(".env", "DB_PASSWORD='pa\"ss\\word77'\nTWO_TOKEN='upper\nlower'\n");
  change(R"("command": "echo c runs; read word < $ROOT/nobody")",
         R"("options": {"shell": ["env", "A=${DB_PASSWORD}", "sh", "-c"]}, "command":
            ["sh", "-c", "echo shown; read word < $ROOT/nobody", "b=${TWO_TOKEN}", "c=${DB_PASSWORD}"])");
  const Finished reloaded = stack.ctl({"restart", "./c:dev", "--reload"});
  EXPECT_EQ(reloaded.code, 0) << reloaded.err;
  EXPECT_THAT(reloaded.out,
              AllOf(HasSubstr(R"(options shell/1: (none) → "A=***")"), HasSubstr("'b=***' 'c=***'\n")));
  dream.await_out("shown\n");
  for (const std::string& said : {reloaded.out, dream.err()})
    EXPECT_THAT(said, AllOf(Not(HasSubstr("word77")), Not(HasSubstr("upper")), Not(HasSubstr("lower"))));
}

/// A step that runs isn't ended for one that can't be started; not even where a step before it could have
/// brought the program, for that one has run.
TEST_F(Reload, refuses_a_step_that_could_not_be_started) {
  open();
  for (const std::string& program : {std::string("slep"), std::string("./slep")}) {
    change(R"("command": "echo c runs; read word < $ROOT/nobody")", R"("command": [")" + program + R"("])");
    const Finished refused = stack.ctl({"restart", "./a:start", "./c:dev", "--reload"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("./c:dev can't be started by what dream.json says now: "),
                                   HasSubstr(program)));
  }
  EXPECT_THAT(stack.ctl({"ps"}).out, AllOf(ContainsRegex("./a:start +ready"),
                                           ContainsRegex("./c:dev +running"), Not(HasSubstr("attempt 2"))));
}

TEST_F(Reload, warns_of_what_is_odd_now_once) {
  open();
  stack.write("c/odd.env", "FROM_FILE=$NOT_IN_THE_FILE\n");
  change(R"("command": "echo c)",
         R"("envFile": "odd.env", "env": {"A": "${NOT_THERE}"}, "command": "echo c)");
  for (const char* attempt : {"2", "3"}) {
    EXPECT_EQ(stack.ctl({"restart", "./c:dev", "--reload"}).code, 0);
    dream.await_err("./c:dev started again (attempt " + std::string(attempt) + ")");
  }
  for (const std::string& sentence : {std::string("\"NOT_THERE\" is not set, and counts as empty"),
                                      std::string("$NOT_IN_THE_FILE is not set")}) {
    const std::size_t first = dream.err().find(sentence);
    EXPECT_NE(first, std::string::npos) << sentence << dream.err();
    EXPECT_EQ(dream.err().find(sentence, first + 1), std::string::npos) << dream.err();
  }
}

TEST_F(Reload, refuses_what_the_run_has_built_on_and_restarts_nothing) {
  open();
  change(R"("ready": {"log": "open"})", R"("ready": {"log": "begun"}, "timeout": 1000)");
  const Finished refused = stack.ctl({"restart", "./a:start", "./c:dev", "--reload"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("a run can't take over what has changed of ./a:start in dream.json: "),
                    HasSubstr(R"("timeout" and "ready")"), HasSubstr("start it anew")));
  change(R"({"projectPath": "./a", "task": "start"})", "");
  EXPECT_THAT(stack.ctl({"restart", "./c:dev", "--reload"}).err, HasSubstr("its dependencies"));
  EXPECT_THAT(stack.ctl({"restart", "./a:start", "--reload"}).err, HasSubstr("is no step of the run"));
  EXPECT_THAT(stack.ctl({"ps"}).out, AllOf(ContainsRegex("./a:start +ready"),
                                           ContainsRegex("./c:dev +running"), Not(HasSubstr("attempt 2"))));
}

TEST_F(Reload, refuses_a_file_that_is_broken_or_not_obeyed_any_more) {
  open();
  change(R"("service": true)", R"("service": treu)");
  const Finished broken = stack.ctl({"restart", "./c:dev", "--reload", "--run", run_id()});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, HasSubstr("dream.json:2:"));
  change("echo c runs", "echo evil");
  std::filesystem::permissions(stack.root() / "dream.json", std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  const Finished refused = stack.ctl({"restart", "./c:dev", "--reload", "--run", run_id()});
  EXPECT_EQ(refused.code, 1) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("dream.json"));
  EXPECT_THAT(dream.out(), Not(HasSubstr("evil")));
}

/// What an executor leaves behind is cleaned up with the options that it was started with, old and new ones.
TEST(ReloadedOptions, are_in_the_record_of_the_run_beside_those_before) {
  const auto configuration = [](const std::string& options) {
    return R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"("}}, "projects": {"./a": {
        "executor": "leaving", "tasks": {"go": {"options": )" +
           options + R"(, "command": "echo up; read go < $ROOT/gate"}}}}})";
  };
  const Workspace workspace(configuration("{}"));
  const Gate gate(workspace, "gate");
  const std::filesystem::path runtime = workspace.root() / "runtime";
  std::filesystem::create_directory(runtime);
  ::chmod(runtime.c_str(), 0700);
  const auto launch = [&](std::vector<std::string> words) {
    return Launch{
        .arguments = std::move(words), .folder = "a", .environment = {{"XDG_RUNTIME_DIR", runtime.string()}}};
  };
  DreamRun dream(workspace, launch({"go", "--trust", "-o", "prefix"}));
  dream.await_out("up");
  workspace.write("dream.json", configuration(R"({"reap": "wait"})"));
  DreamRun asked(workspace, launch({"ctl", "restart", "./a:go", "--reload"}));
  EXPECT_EQ(asked.exit_code_beside_others(), 0) << asked.err();
  EXPECT_EQ(asked.out(), "./a:go  options reap: (none) → \"wait\"\n");
  const std::filesystem::path records = workspace.root() / ".local/state/dream/.runs";
  ASSERT_EQ(std::distance(std::filesystem::directory_iterator(records), {}), 1);
  const auto record = std::filesystem::directory_iterator(records)->path();
  EXPECT_THAT(workspace.read(record.lexically_relative(workspace.root()).string()),
              AllOf(HasSubstr(R"("{}")"), HasSubstr(R"(reap\":\"wait)")));
  dream.await_out("a | up\na | up\n");  // until then it is stopping
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(::stat(record.c_str(), &before), 0);
  DreamRun again(workspace, launch({"ctl", "restart", "./a:go", "--reload"}));
  EXPECT_EQ(again.exit_code_beside_others(), 0) << again.err();
  ASSERT_EQ(::stat(record.c_str(), &after), 0);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec) << "written anew, though nothing has changed";
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
  EXPECT_TRUE(std::filesystem::is_empty(records));
}

}  // namespace
}  // namespace dream::e2e
