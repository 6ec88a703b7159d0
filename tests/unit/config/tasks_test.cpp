#include <csignal>

#include "config/history.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

TEST(Tasks, a_line_in_place_of_a_task_is_told_where_it_belongs) {
  EXPECT_THAT(
      problems_of(R"({"tasks": {"dev": "npm start"}})"),
      ElementsAre(testing::EndsWith(
          R"(expected an object, found the string "npm start"; what it runs is its "command": {"command": …})")));
  EXPECT_THAT(problems_of(R"({"tasks": {"dev": ["npm", "start"]}})"),
              ElementsAre(testing::HasSubstr("an array; what it runs")));
}

TEST(Tasks, and_projects_have_names_that_leave_the_terminal_alone) {
  EXPECT_THAT(problems_of("{\"tasks\": {\"a\\nb\": {}}}"),
              ElementsAre(StartsWith("dream.json:1:12: error: /tasks/a\\x0ab: a character that can't be "
                                     "shown in the name \"a\\x0ab\"")));
  EXPECT_THAT(problems_of("{\"projects\": {\"./a\x7f\": {}}}"),
              ElementsAre(StartsWith("dream.json:1:15: error: /projects/.~1a\\x7f: a character that can't be "
                                     "shown in the name \"./a\\x7f\"")));
  EXPECT_THAT(problems_of("{\"workspace\": {\"./a\": {\"t\": [\"./\xC2\x9B\"]}}}"),
              ElementsAre(testing::HasSubstr("a character that can't be shown in the name")));
}

TEST(Tasks, take_every_key) {
  const std::string text = R"({"tasks": {"dev": {
    "async": true, "required": false, "delay": 5, "service": true, "timeout": 60000, "command": "a | b",
    "env": {"B": "1", "A": ""}, "envFile": ".env", "stop": {"signal": "SIGINT", "graceMs": 0}, "pty": false,
    "successCodes": [0, 143],
    "stdin": "open",
    "executor": "npm", "options": {}}}})";
  const Workspace workspace = workspace_of(text);
  const TaskSettings& task = workspace.tasks.at("dev");
  EXPECT_EQ(task.async, true);
  EXPECT_EQ(task.required, false);
  EXPECT_EQ(task.delay, Duration(milliseconds(5)));
  EXPECT_EQ(task.service, true);
  EXPECT_EQ(task.timeout, Duration(milliseconds(60000)));
  EXPECT_EQ(task.command, Command("a | b"));
  EXPECT_THAT(task.env, ElementsAre(Pair("B", "1"), Pair("A", "")));
  EXPECT_THAT(task.env_files, ElementsAre(".env"));
  EXPECT_EQ(task.stop_signal, SIGINT);
  EXPECT_EQ(task.stop_grace, Duration(0));
  EXPECT_EQ(task.success_codes, (SuccessCodes{0, 143}));
  EXPECT_EQ(task.pty, false);
  EXPECT_EQ(task.standard_input, StandardInput::open);
  EXPECT_EQ(task.executor, "npm");
  EXPECT_EQ(task.options, "/tasks/dev/options");
  EXPECT_EQ(task.where.value, text.find("\"dev\""));
}

TEST(Tasks, leave_unset_what_is_not_written) {
  const Workspace workspace = workspace_of(R"({"tasks": {"dev": {}}})");
  const TaskSettings& task = workspace.tasks.at("dev");
  EXPECT_FALSE(task.restart.has_value());
  EXPECT_FALSE(task.async || task.required || task.service || task.pty || task.standard_input || task.delay ||
               task.timeout || task.stop_grace || task.stop_signal || task.success_codes || task.command ||
               task.executor || task.options);
}

TEST(Tasks, take_two_words_for_stdin) {
  EXPECT_EQ(workspace_of(R"({"tasks": {"t": {"stdin": "empty"}}})").tasks.at("t").standard_input,
            StandardInput::empty);
  for (const char* bad : {R"("Open")", R"("")", "true", "null", R"(["open"])"}) {
    EXPECT_THAT(problems_of(R"({"tasks": {"t": {"stdin": )" + std::string(bad) + "}}}"),
                ElementsAre(testing::HasSubstr(R"(expected "open" or "empty")")))
        << bad;
  }
}

TEST(Tasks, take_an_argument_vector_with_empty_arguments) {
  const Workspace workspace = workspace_of(R"({"tasks": {"dev": {"command": ["echo", "", "x y"]}}})");
  EXPECT_EQ(workspace.tasks.at("dev").command, Command(std::vector<std::string>{"echo", "", "x y"}));
}

TEST(Milliseconds, go_from_zero_to_the_largest_whole_number) {
  const auto with_delay = [](const std::string& delay) {
    return R"({"tasks": {"t": {"delay": )" + delay + "}}}";
  };
  for (const char* good : {"0", "2147483647", "2e3", "1000.0", "-0"})
    EXPECT_THAT(problems_of(with_delay(good)), IsEmpty());
  for (const char* bad : {"-1", "2147483648", "0.5", "1e300", "18446744073709551616", "null", "true", "[]"}) {
    EXPECT_THAT(
        problems_of(with_delay(bad)),
        ElementsAre(StartsWith(
            "dream.json:1:18: error: /tasks/t/delay: expected a time (\"500ms\", \"2s\", \"1m30s\") or "
            "milliseconds, a whole number from 0 to 2147483647, found ")))
        << bad;
  }
  EXPECT_EQ(workspace_of(with_delay("2e3")).tasks.at("t").delay, Duration(milliseconds(2000)));
}

TEST(Times, have_units_in_a_text_at_every_key) {
  const Workspace workspace =
      workspace_of(R"({"workspace": {"a": {"t": [{"projectPath": "b", "delay": "2s"}]}},
      "tasks": {"t": {"delay": "1m30s", "timeout": "1h", "readyTimeout": "1.5s", "stop": {"grace": "500ms"},
        "health": {"port": 1, "every": "10s"}, "restart": {"window": "2m", "delay": "0s", "maxDelay": "4s"}},
       "u": {"stop": {"graceMs": "1s"}, "health": {"port": 1, "everyMs": "3s"},
        "restart": {"windowMs": "1ms", "delayMs": "5", "maxDelayMs": "6ms"}}}})");
  EXPECT_EQ(workspace.dependencies.at("./a").at("t").entries[0].delay, Duration(milliseconds(2000)));
  const TaskSettings& task = workspace.tasks.at("t");
  EXPECT_EQ(task.delay, Duration(milliseconds(90'000)));
  EXPECT_EQ(task.timeout, Duration(milliseconds(3'600'000)));
  EXPECT_EQ(task.ready_timeout, Duration(milliseconds(1500)));
  EXPECT_EQ(task.stop_grace, Duration(milliseconds(500)));
  EXPECT_EQ(task.health->every, Duration(milliseconds(10'000)));
  EXPECT_EQ(task.restart->window, Duration(milliseconds(120'000)));
  EXPECT_EQ(task.restart->delay, Duration(0));
  EXPECT_EQ(task.restart->max_delay, Duration(milliseconds(4000)));
  const TaskSettings& other = workspace.tasks.at("u");
  EXPECT_EQ(other.stop_grace, Duration(milliseconds(1000)));
  EXPECT_EQ(other.health->every, Duration(milliseconds(3000)));
  EXPECT_EQ(other.restart->window, Duration(milliseconds(1)));
  EXPECT_EQ(other.restart->delay, Duration(milliseconds(5)));
  EXPECT_EQ(other.restart->max_delay, Duration(milliseconds(6)));
}

TEST(Times, of_another_form_are_told_with_one_that_is_taken) {
  EXPECT_THAT(
      problems_of(R"({"tasks": {"t": {"delay": "2sec"}}})"),
      ElementsAre(R"(dream.json:1:18: error: /tasks/t/delay: "2sec" is no time: there is no unit "sec"; )"
                  R"(write "500ms", "2s", "1m30s" or "1h", or the number of milliseconds)"));
  EXPECT_THAT(
      problems_of(R"({"tasks": {"t": {"timeout": "0s"}}})"),
      ElementsAre(R"(dream.json:1:18: error: /tasks/t/timeout: "0s" is too short; "1ms" is the shortest)"));
}

TEST(StopGrace, has_two_names_but_one_value) {
  EXPECT_THAT(
      problems_of(R"({"tasks": {"t": {"stop": {"graceMs": 1, "grace": 1}}}})"),
      ElementsAre("dream.json:1:27: error: /tasks/t/stop/graceMs: \"graceMs\" is \"grace\" once more; "
                  "remove one of them"));
}

TEST(SuccessCodes, are_at_least_one_of_those_that_a_process_can_end_with) {
  const auto with_codes = [](const std::string& codes) {
    return R"({"tasks": {"t": {"successCodes": )" + codes + "}}}";
  };
  for (const char* good : {"[0]", "[1, 255]", "[7.0]"}) EXPECT_THAT(problems_of(with_codes(good)), IsEmpty());
  EXPECT_THAT(problems_of(with_codes("3")),
              ElementsAre("dream.json:1:18: error: /tasks/t/successCodes: expected an array of exit codes, "
                          "found the number 3"));
  EXPECT_THAT(problems_of(with_codes("[]")),
              ElementsAre("dream.json:1:18: error: /tasks/t/successCodes: no exit code is success; 0 is the "
                          "only one without this key"));
  EXPECT_THAT(
      problems_of(with_codes("[0, 256, -1]")),
      ElementsAre("dream.json:1:38: error: /tasks/t/successCodes/1: expected an exit code, a whole "
                  "number from 0 to 255, found the number 256",
                  StartsWith("dream.json:1:43: error: /tasks/t/successCodes/2: expected an exit code")));
}

TEST(Service, may_be_async_and_may_be_off) {
  EXPECT_THAT(problems_of(R"({"tasks": {"t": {"service": true, "async": true}}})"), IsEmpty());
  EXPECT_THAT(problems_of(R"({"tasks": {"t": {"service": false, "async": false}}})"), IsEmpty());
  EXPECT_THAT(problems_of(R"({"tasks": {"t": {"service": true, "async": false}}})"), testing::SizeIs(1));
}

TEST(Leftovers, end_or_are_kept_but_never_of_a_service) {
  EXPECT_EQ(workspace_of(R"({"tasks": {"t": {"leftovers": "keep"}}})").tasks.at("t").leftovers,
            Leftovers::keep);
  EXPECT_EQ(
      workspace_of(R"({"tasks": {"t": {"leftovers": "end", "service": true}}})").tasks.at("t").leftovers,
      Leftovers::end);
  for (const char* bad : {R"("stay")", "true", "null", "[]"})
    EXPECT_THAT(problems_of(R"({"tasks": {"t": {"leftovers": )" + std::string(bad) + "}}}"),
                ElementsAre(testing::HasSubstr(R"(/tasks/t/leftovers: expected "end" or "keep")")))
        << bad;
  EXPECT_THAT(problems_of(R"({"tasks": {"t": {"service": true, "leftovers": "keep"}}})"),
              ElementsAre(testing::HasSubstr("a service has nothing left to keep")));
}

Restart restart_of(const std::string& value) {
  return workspace_of(R"({"tasks": {"t": {"restart": )" + value + "}}}").tasks.at("t").restart.value();
}

TEST(Restart, is_a_word_or_an_object_whose_cause_is_a_failure_unless_it_says_another) {
  using On = Restart::On;
  EXPECT_EQ(restart_of(R"("no")"), Restart());
  EXPECT_EQ(restart_of(R"("failure")"), Restart{.on = On::failure});
  EXPECT_EQ(restart_of(R"("on-failure")"), Restart{.on = On::failure});
  EXPECT_EQ(restart_of(R"("always")"), Restart{.on = On::always});
  EXPECT_EQ(restart_of("{}"), Restart{.on = On::failure});
  EXPECT_EQ(restart_of(R"({"on": "always", "max": 0})"), (Restart{.on = On::always, .max = 0}));
  EXPECT_EQ(restart_of(R"({"on": "on-failure"})"), Restart{.on = On::failure});
}

TEST(Restart, takes_times_with_and_without_their_unit) {
  const Restart expected{.on = Restart::On::failure,
                         .max = 2,
                         .window = milliseconds(1),
                         .delay = Duration(0),
                         .max_delay = Duration(0)};
  EXPECT_EQ(restart_of(R"({"max": 2, "window": 1, "delay": 0, "maxDelay": 0})"), expected);
  EXPECT_EQ(restart_of(R"({"max": 2, "windowMs": 1, "delayMs": 0, "maxDelayMs": 0})"), expected);
}

TEST(Restart, never_cuts_a_first_pause_that_is_longer_than_the_longest_by_default) {
  EXPECT_EQ(restart_of(R"({"delay": 10001})").max_delay, Duration(milliseconds(10001)));
  EXPECT_EQ(restart_of(R"({"delay": 9999})").max_delay, Duration(milliseconds(10000)));
  EXPECT_EQ(restart_of(R"({"delay": 500, "maxDelay": 500})").max_delay, Duration(milliseconds(500)));
}

TEST(StopSignal, is_known_with_and_without_its_prefix) {
  EXPECT_EQ(workspace_of(R"({"tasks": {"t": {"stop": {"signal": "INT"}}}})").tasks.at("t").stop_signal,
            SIGINT);
  EXPECT_THAT(
      problems_of(R"({"tasks": {"t": {"stop": {"signal": "hup"}}}})"),
      ElementsAre(
          "dream.json:1:27: error: /tasks/t/stop/signal: unknown signal \"hup\"; did you mean \"SIGHUP\"?"));
}

TEST(TaskKeys, say_what_a_task_is_for_and_when_it_is_there) {
  const Workspace workspace =
      workspace_of(R"({"stopOrder": "all", "projects": {"./a": {"ports": {"PORT": 3000}, "tasks": {
    "dev": {"description": "serves", "profiles": ["p", "q"], "ports": {"DB": 5432}},
    "up": {"command": null, "service": true}}}}})");
  EXPECT_EQ(workspace.stop_order, StopOrder::all);
  const ProjectSettings& project = workspace.projects.at("./a");
  ASSERT_EQ(project.ports.size(), 1U);
  EXPECT_EQ(project.ports[0].name, "PORT");
  EXPECT_EQ(project.ports[0].number, 3000);
  const TaskSettings& dev = project.tasks.at("dev");
  EXPECT_EQ(dev.description, "serves");
  EXPECT_THAT(*dev.profiles, testing::ElementsAre("p", "q"));
  EXPECT_EQ(dev.ports.at(0).number, 5432);
  EXPECT_FALSE(dev.command.has_value());
  ASSERT_TRUE(project.tasks.at("up").command.has_value());
  EXPECT_FALSE(project.tasks.at("up").command->has_value());
}

TEST(TaskKeys, of_a_task_without_a_process_are_few) {
  for (const char* key : {R"("ready": {"port": 1})", R"("readyTimeout": 1)", R"("restart": "always")",
                          R"("health": {"port": 1})", R"("timeout": 1)", R"("leftovers": "keep")"})
    EXPECT_THAT(problems_of(R"({"tasks": {"up": {"command": null, )" + std::string(key) + "}}}"),
                testing::ElementsAre(testing::HasSubstr("has no process, and no")))
        << key;
}

TEST(TaskKeys, are_refused_where_they_can_not_be_meant) {
  for (const char* task :
       {R"("profiles": "p")", R"("profiles": ["a,b"])", R"("profiles": ["*"])", R"("ports": {"1A": 3})",
        R"("ports": {"A": 0})", R"("ports": {"A": 65536})", R"("ports": [3000])", R"("description": "")"})
    EXPECT_EQ(problems_of(R"({"tasks": {"up": {)" + std::string(task) + "}}}").size(), 1U) << task;
  EXPECT_EQ(problems_of(R"({"stopOrder": "some"})").size(), 1U);
  EXPECT_EQ(workspace_of(R"({"jobserver": "fifo"})").jobserver, Jobserver::fifo);
  EXPECT_EQ(problems_of(R"({"jobserver": "fd"})").size(), 1U);
  EXPECT_EQ(problems_of(R"({"history": "yes"})").size(), 1U);
}

TEST(History, is_wanted_where_dream_json_says_so) {
  const auto wants = [](const char* text) { return wants_history(*Document::parse("dream.json", text)); };
  EXPECT_TRUE(wants(R"({"history": true})"));
  for (const char* text : {R"({"history": false})", R"({"tasks": {"history": true}})", "{}", "[]", "{"})
    EXPECT_FALSE(wants(text)) << text;
  EXPECT_THAT(problems_of(R"({"history": true})"), testing::IsEmpty());
}

TEST(TaskKeys, name_ports_in_probes) {
  const Workspace workspace =
      workspace_of(R"({"tasks": {"a": {"ready": [{"port": "PORT"}, {"tcp": "h:{port:DB}"},
    {"http": ":{port:PORT}/up?x={y}"}, {"http": "http://h:{port:./a:b:C}"}]}}})");
  const Probes& ready = *workspace.tasks.at("a").ready;
  ASSERT_EQ(ready.size(), 4U);
  EXPECT_THAT(std::get<PortProbe>(ready[0]).names, testing::ElementsAre("PORT"));
  EXPECT_EQ(std::get<TcpProbe>(ready[1]).port_name, "DB");
  EXPECT_EQ(std::get<HttpProbe>(ready[2]).port_name, "PORT");
  EXPECT_EQ(std::get<HttpProbe>(ready[2]).target, "/up?x={y}");
  EXPECT_EQ(std::get<HttpProbe>(ready[3]).port_name, "./a:b:C");
  EXPECT_EQ(problems_of(R"({"tasks": {"a": {"ready": {"tcp": "h:{port:}"}}}})").size(), 1U);
  EXPECT_EQ(problems_of(R"({"tasks": {"a": {"ready": {"http": ":{port:A"}}}})").size(), 1U);
}

TEST(Tasks, with_the_words_of_other_runners_are_told_dreams) {
  const auto told = [](const std::string& member) {
    return problems_of(R"({"tasks": {"dev": {)" + member + "}}}").front();
  };
  EXPECT_THAT(told(R"("cmd": "x")"), testing::EndsWith(R"(unknown key "cmd"; it is "command")"));
  EXPECT_THAT(told(R"("shell": "bash")"), testing::EndsWith(R"(write "options": { "shell": … })"));
  EXPECT_THAT(told(R"("cwd": "sub")"), testing::EndsWith("a task runs in the folder of its project"));
  EXPECT_THAT(told(R"("dependsOn": [])"), testing::EndsWith(R"(what a task needs stands in "workspace")"));
  EXPECT_THAT(told(R"("persistent": true)"), testing::EndsWith(R"(it is "service")"));
  EXPECT_THAT(told(R"("executor": "yarn")"), testing::HasSubstr(R"(unknown executor "yarn"; it is "npm")"));
  EXPECT_THAT(told(R"("executor": "bash")"), testing::HasSubstr(R"(it is "shell", with "options")"));
}

}  // namespace
}  // namespace dream::config
