// dream.json with the files that it extends, and the dream.local.json beside it.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "config/json.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using namespace std::string_literals;

class Layers : public testing::Test {
 protected:
  Layers() { outside.files.emplace(); }

  void write(const std::string& name, std::string_view text) const { folder.write(name, text); }
  LoadResult load() {
    const auto found = FileRule().find(folder.path() / "dream.json");
    auto result = config::load(found->value(), folder.path() / "dream.json", bundled_executors, {}, outside);
    EXPECT_TRUE(result);
    return std::move(*result);
  }
  Workspace workspace() {
    LoadResult result = load();
    EXPECT_THAT(lines_of(result), IsEmpty());
    return std::move(result.workspace);
  }
  std::vector<std::string> problems() { return lines_of(load()); }
  /// Without the folder.
  std::vector<std::string> lines_of(const LoadResult& result) {
    std::vector<std::string> lines = problems_of(result);
    const std::string prefix = folder.path().string() + "/";
    for (std::string& line : lines) {
      for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix))
        line.erase(at, prefix.size());
    }
    return lines;
  }
  std::string place(const LoadResult& result, SourceOffset offset) {
    return result.document->place(offset).substr(folder.path().string().size() + 1);
  }

  TemporaryFolder folder;
  Outside outside;
};

TEST_F(Layers, objects_are_merged_key_by_key_and_everything_else_is_replaced) {
  write("dream.json", R"({"executor": "npm", "tasks": {"t": {"env": {"A": "1", "B": "1"}, "delay": 5,
    "command": ["a", "b"], "envFile": ["x", "y"], "stop": {"signal": "SIGINT", "graceMs": 1}}},
    "workspace": {"./a": {"t": ["./b", "./c"], "u": ["./d"]}}})");
  write("dream.local.json", R"({"tasks": {"t": {"env": {"B": "2", "C": "2"}, "envFile": ["z"], "command": "c",
    "stop": {"graceMs": 2}}}, "workspace": {"./a": {"t": ["./e"]}}})");
  const Workspace merged = workspace();
  const TaskSettings& task = merged.tasks.at("t");
  EXPECT_THAT(task.env, ElementsAre(Pair("A", "1"), Pair("B", "2"), Pair("C", "2")));
  EXPECT_THAT(task.env_files, ElementsAre("z"));
  EXPECT_EQ(*task.command, Command("c"));
  EXPECT_EQ(task.delay, Duration(std::chrono::milliseconds(5)));
  EXPECT_EQ(task.stop_signal, SIGINT);
  EXPECT_EQ(task.stop_grace, Duration(std::chrono::milliseconds(2)));
  EXPECT_EQ(merged.executor, "npm");
  const auto& dependencies = merged.dependencies.at("./a");
  ASSERT_EQ(dependencies.at("t").entries.size(), 1U);
  EXPECT_EQ(dependencies.at("t").entries[0].project, "./e");
  EXPECT_EQ(dependencies.at("u").entries.size(), 1U);
}

TEST_F(Layers, null_takes_a_key_away_but_is_a_value_at_command_and_in_options) {
  write("dream.json",
        R"({"affects": ["x"], "tasks": {"command": {"delay": 1}, "t": {"command": "a", "delay": 1,
    "env": {"A": "1"}, "options": {"a": 1, "b": 2}}}})");
  write("dream.local.json", R"({"affects": null, "recursive": null, "tasks": {"command": null, "u": null,
    "t": {"command": null, "delay": null, "env": {"A": null, "B": null}, "options": {"a": null, "c": null}}},
    "projects": {"./new": {"executor": null, "env": {"A": null}}}})");
  const LoadResult result = load();
  EXPECT_THAT(lines_of(result), IsEmpty());
  EXPECT_FALSE(result.workspace.affects);
  ASSERT_EQ(result.workspace.tasks.size(), 1U) << "a task may be called command";
  const TaskSettings& task = result.workspace.tasks.at("t");
  EXPECT_TRUE(task.command.has_value() && !task.command->has_value());
  EXPECT_FALSE(task.delay);
  EXPECT_THAT(task.env, IsEmpty());
  const auto& tree = result.document->tree()->root();
  EXPECT_EQ(tree["tasks"]["t"]["options"].MemberCount(), 3U);
  EXPECT_TRUE(tree["tasks"]["t"]["options"]["a"].IsNull()) << "takes an option of the executor away";
  EXPECT_TRUE(tree["tasks"]["t"]["options"]["c"].IsNull()) << "so does one that only this file has";
  EXPECT_EQ(tree["tasks"]["t"]["options"]["b"].GetInt(), 2);
}

TEST_F(Layers, null_takes_away_what_the_executor_sets_also_if_the_key_is_below) {
  write("dream.json", R"({"executors": {"docker": {"options": {"network": "host"}}},
    "projects": {"./a": {"executor": "docker", "options": {"network": "bridge"}}}})");
  write("dream.local.json", R"({"projects": {"./a": {"options": {"network": null}}}})");
  const LoadResult result = load();
  EXPECT_THAT(lines_of(result), IsEmpty());
  const std::vector<OptionsPointer> layers{*result.workspace.executors.at("docker").options,
                                           *result.workspace.projects.at("./a").options};
  EXPECT_EQ(result.document->options(layers), "{}");
}

TEST_F(Layers, null_in_dream_json_alone_is_what_it_was) {
  write("dream.json", R"({"tasks": {"t": {"delay": null}}})");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("/tasks/t/delay: expected a time")));
}

TEST_F(Layers, a_time_replaces_the_one_below_under_its_other_name_too) {
  write("base.json", R"({"tasks": {"t": {"stop": {"graceMs": 1}, "health": {"port": 1, "every": 1},
      "restart": {"delayMs": 1, "maxDelay": 9}}, "u": {"stop": {"graceMs": 1}, "ports": {"A": 1}}}})");
  write("dream.json",
        R"({"extends": "base.json", "tasks": {"t": {"stop": {"grace": 2}, "health": {"everyMs": 2},
      "restart": {"delay": 2, "maxDelayMs": 8}}, "u": {"stop": {"grace": null}, "ports": {"AMs": 2}}}})");
  const TaskSettings task = workspace().tasks.at("t");
  EXPECT_EQ(task.stop_grace, Duration(std::chrono::milliseconds(2)));
  EXPECT_EQ(task.health->every, Duration(std::chrono::milliseconds(2)));
  EXPECT_EQ(task.restart->delay, Duration(std::chrono::milliseconds(2)));
  EXPECT_EQ(task.restart->max_delay, Duration(std::chrono::milliseconds(8)));
  EXPECT_EQ(workspace().tasks.at("u").stop_grace, std::nullopt);
  EXPECT_EQ(workspace().tasks.at("u").ports.size(), 2U) << "the names of ports are no times";
}

TEST_F(Layers, extended_files_are_below_in_the_order_written_and_the_local_one_is_above) {
  const auto task = [](const std::string& value, const std::string& names) {
    std::string env;
    for (const char name : names)
      env += (env.empty() ? "\"" : ", \"") + std::string(1, name) + "\": \"" + value + "\"";
    return R"("tasks": {"t": {"env": {)" + env + "}}}}";
  };
  write("base/one.json", R"({"extends": "base/zero.json", )" + task("one", "bcdef"));
  write("base/zero.json", "{" + task("zero", "abcdef"));
  write("base/two.json", "{" + task("two", "cdef"));
  write("dream.json", R"({"extends": ["base/one.json", "./base/../base/two.json"], )" + task("main", "def"));
  write("dream.local.json", R"({"extends": "base/three.json", )" + task("local", "f"));
  write("base/three.json", "{" + task("three", "ef"));
  const Workspace merged = workspace();
  EXPECT_THAT(merged.tasks.at("t").env,
              ElementsAre(Pair("a", "zero"), Pair("b", "one"), Pair("c", "two"), Pair("d", "main"),
                          Pair("e", "three"), Pair("f", "local")));
  EXPECT_THAT(*merged.affects, ElementsAre("dream.json", "dream.local.json", "base/one.json",
                                           "base/zero.json", "base/two.json", "base/three.json"));
}

TEST_F(Layers, places_name_the_file_that_a_value_comes_from) {
  write("dream.json",
        "\xEF\xBB\xBF{\"extends\": \"b.json\", \"tasks\": {\"t\": {\"delay\": \"x\"}},\n \"executor\": 5}");
  write("b.json",
        "// é\n{\"tasks\": {\"t\": {\"dealy\": 1}, \"u\": {\"command\": [[], {}, \"\\u0041\", 7]}}}");
  write("dream.local.json", "{\n  \"executor\": \"nmp\", \"tasks\": {\"t\": {\"ready\": [5, [], {}]}}}");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("dream.json:1:39: error: /tasks/t/delay: \"x\" is no time"),
                          HasSubstr("b.json:2:18: error: /tasks/t/dealy: unknown key"),
                          HasSubstr("b.json:2:49: error: /tasks/u/command/0: expected a string"),
                          HasSubstr("b.json:2:53: error: /tasks/u/command/1: expected a string"),
                          HasSubstr("b.json:2:67: error: /tasks/u/command/3: expected a string"),
                          HasSubstr("dream.local.json:2:3: error: /executor: unknown executor \"nmp\""),
                          HasSubstr("dream.local.json:2:48: error: /tasks/t/ready/0: expected a probe"),
                          HasSubstr("dream.local.json:2:51: error: /tasks/t/ready/1: expected a probe"),
                          HasSubstr("dream.local.json:2:55: error: /tasks/t/ready/2: the probe is empty")));
  const std::string json = render_json(load().document->source(), load().problems);
  EXPECT_THAT(json, HasSubstr("dream.local.json\",\"line\":2,\"column\":3,"));
}

TEST_F(Layers, places_of_merged_things_are_those_of_the_upper_file) {
  write("dream.json",
        "{\"tasks\": {\"t\": {}},\n\"projects\": {\"./p\": {\"options\": {\"a\": 1, \"b\": [1]}}}}");
  write("dream.local.json", "{\"projects\": {\"./p\": {\"options\": {\"b\": [1, 2]}}}}");
  const LoadResult result = load();
  EXPECT_EQ(place(result, result.workspace.tasks.at("t").where), "dream.json:1:12");
  EXPECT_EQ(place(result, result.workspace.projects.at("./p").where), "dream.local.json:1:15");
  const std::vector<OptionsPointer> layers{*result.workspace.projects.at("./p").options};
  EXPECT_EQ(result.document->options(layers), R"({"a":1,"b":[1,2]})");
  EXPECT_EQ(place(result, result.document->locate_option(layers, "/a")), "dream.json:2:34");
  EXPECT_EQ(place(result, result.document->locate_option(layers, "/b/1")), "dream.local.json:1:44");
}

TEST_F(Layers, several_spellings_of_a_project_are_one_across_files) {
  write("dream.json", R"({"projects": {"./a": {"executor": "npm"}}, "workspace": {"a/": {"t": ["./b"]}}})");
  write("dream.local.json",
        R"({"projects": {"a": {"env": {"A": "1"}}}, "workspace": {"./a": {"u": ["./c"]}}})");
  const Workspace merged = workspace();
  EXPECT_EQ(merged.projects.at("./a").executor, "npm");
  EXPECT_EQ(merged.projects.at("./a").env.size(), 1U);
  EXPECT_EQ(merged.dependencies.at("./a").size(), 2U);
  write("dream.local.json", R"({"projects": {"a": {}, "./a/": {}}})");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("dream.local.json:1:24: error: /projects/.~1a~1: \"./a/\" is another "
                                    "spelling of \"a\" at line 1, column 15")));
}

TEST_F(Layers, what_one_file_says_twice_is_told_and_confuses_nothing_behind_it) {
  write("dream.json", R"({"projects": {"./x": {}, "x": {}, "./a": {"env": {"A": "1"}}, "./b": {}},
    "tasks": {"t": {"stop": {"grace": 1, "graceMs": 2, "signal": "SIGINT"}}}})");
  write("dream.local.json", R"({"projects": {"./b": {"env": {"B": "2"}}},
    "tasks": {"t": {"stop": {"graceMs": 3, "signal": "SIGTERM"}}}})");
  const LoadResult result = load();
  EXPECT_THAT(lines_of(result),
              ElementsAre(HasSubstr("dream.json:1:26: error: /projects/x: \"x\" is another spelling of "
                                    "\"./x\" at line 1, column 15"),
                          HasSubstr("dream.json:2:42: error: /tasks/t/stop/graceMs: \"graceMs\" is "
                                    "\"grace\" once more")));
  EXPECT_THAT(result.workspace.projects.at("./a").env, ElementsAre(Pair("A", "1")));
  EXPECT_THAT(result.workspace.projects.at("./b").env, ElementsAre(Pair("B", "2")));
  EXPECT_EQ(result.workspace.tasks.at("t").stop_signal, SIGTERM);
}

TEST_F(Layers, a_probe_replaces_one_of_another_kind) {
  write("dream.json", R"({"tasks": {"t": {"ready": {"port": 1}, "health": {"port": 1, "every": 5}}}})");
  write("dream.local.json", R"({"tasks": {"t": {"ready": {"tcp": "db:2"}, "health": {"tcp": "db:3"}}}})");
  const TaskSettings task = workspace().tasks.at("t");
  ASSERT_EQ(task.ready->size(), 1U);
  EXPECT_EQ(std::get<TcpProbe>(task.ready->front()).port, 2);
  EXPECT_EQ(std::get<TcpProbe>(task.health->probe).port, 3);
  EXPECT_EQ(task.health->every, Duration(std::chrono::milliseconds(5)));
}

TEST_F(Layers, a_glob_of_a_later_file_wins) {
  write("dream.json",
        R"({"projects": {"./packages/*": {"executor": "npm"}, "./packages/z": {"executor": "npm"}}})");
  write("dream.local.json",
        R"({"projects": {"./packages/ab*": {"executor": "shell"}, "packages/a*": {"executor": "deno"}}})");
  const Workspace merged = workspace();
  EXPECT_EQ(merged.settings_of("./packages/abc")->executor, "shell");
  EXPECT_EQ(merged.settings_of("./packages/ax")->executor, "deno");
  EXPECT_EQ(merged.settings_of("./packages/b")->executor, "npm");
}

TEST_F(Layers, every_file_is_judged_and_all_problems_are_told) {
  write("dream.json", R"({"extends": ["a.json", "b.json", "c.json", "d.json"]})");
  write("a.json", "{\"tasks\": {}, \"tasks\": {}}");
  write("b.json", "{\n \"tasks\": [}");
  write("c.json", "{}\0"s);
  write("d.json", "[]");
  EXPECT_THAT(
      problems(),
      ElementsAre(
          HasSubstr(
              "a.json:1:15: error: /tasks: the key \"tasks\" is there twice, first at line 1, column 2"),
          HasSubstr("b.json:2:12: error: expected a value, found \"}\""),
          HasSubstr("c.json:1:3: error: a NUL byte in the file"),
          HasSubstr("d.json:1:1: error: expected an object, found an array")));
  write("dream.json", "{");
  write("dream.local.json", "[");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("dream.json:1:2: error: expected a key"),
                                      HasSubstr("dream.local.json:1:2: error: expected a value")));
  EXPECT_EQ(load().document->tree(), nullptr);
}

TEST_F(Layers, what_can_not_be_extended_is_an_error_with_its_place) {
  ASSERT_EQ(::symlink("/etc/passwd", (folder.path() / "link.json").c_str()), 0);
  ASSERT_EQ(::symlink("nothing", (folder.path() / "broken.json").c_str()), 0);
  ASSERT_EQ(::mkfifo((folder.path() / "pipe.json").c_str(), 0644), 0);
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"("/etc/x.json")",
       "\"/etc/x.json\" is an absolute path; files are named by their path from the folder of dream.json"},
      {R"("a/../../b.json")", "\"a/../../b.json\" leads out of the workspace"},
      {R"("..")", "\"..\" leads out of the workspace"},
      {R"("")", "expected the path of a file or an array of them, found an empty string"},
      {R"("a\u0000b")", "expected the path of a file"},
      {"5", "expected the path of a file or an array of them, found the number 5"},
      {R"({})", "expected the path of a file or an array of them, found an object"},
      {R"("none.json")", "none.json: the file can't be read: No such file or directory"},
      {R"("broken.json")", "broken.json: the file can't be read: No such file or directory"},
      {R"("link.json")", "link.json: leads out of the workspace: it is /etc/passwd"},
      {R"("pipe.json")", "pipe.json: the file can't be read: it is a pipe"},
      {R"(".")", ".: the file can't be read: it is a folder"}};
  for (const auto& [value, message] : cases) {
    write("dream.json", "{\n  \"extends\": " + value + "}");
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("dream.json:2:3: error: /extends: " + message)));
    write("dream.json", "{\"extends\": [\n   " + value + "]}");
    EXPECT_THAT(problems(), ElementsAre(HasSubstr("dream.json:2:4: error: /extends/0: " + message)));
  }
}

TEST_F(Layers, files_that_extend_one_another_in_a_circle_are_named) {
  write("dream.json", R"({"extends": "a.json"})");
  write("a.json", R"({"extends": ["b.json"]})");
  write("b.json", R"({"extends": ["./a.json"]})");
  EXPECT_THAT(
      problems(),
      ElementsAre(HasSubstr(
          "b.json:1:14: error: /extends/0: a circle: \"a.json\" extends \"b.json\" extends \"a.json\"")));
  write("a.json", R"({"extends": "dream.json"})");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("a circle: \"dream.json\" extends \"a.json\" extends \"dream.json\"")));
}

TEST_F(Layers, are_not_without_an_end) {
  for (int number = 0; number < 40; ++number)
    write(std::to_string(number) + ".json", R"({"extends": ")" + std::to_string(number + 1) + ".json\"}");
  write("dream.json", R"({"extends": "0.json"})");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("files extend one another over more than 16 levels")));
  for (int number = 0; number < 10; ++number) {
    const std::string next = "\"" + std::to_string(number + 1) + ".json\"";
    write(std::to_string(number) + ".json", R"({"extends": [)" + next + ", " + next + "]}");
  }
  write("10.json", "{}");
  const std::vector<std::string> all = problems();
  ASSERT_FALSE(all.empty());
  EXPECT_THAT(all.front(), HasSubstr("more than 64 files are merged"));
}

TEST_F(Layers, have_no_more_bytes_together_than_one_file_may_have) {
  const std::string half = "{}" + std::string(std::size_t{8} << 20U, ' ');
  write("half.json", half);
  write("dream.json", R"({"extends": ["half.json", "half.json"]})");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("dream.json:1:27: error: /extends/1: the files that are merged "
                                    "have more than 16 MiB together")));
  write("dream.json", R"({"extends": "half.json"})");
  EXPECT_THAT(problems(), IsEmpty());
  write("dream.local.json", half);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the files that are merged have more than 16 MiB together")));
}

TEST_F(Layers, a_file_may_be_extended_twice) {
  write("dream.json", R"({"extends": ["a.json", "b.json"]})");
  write("a.json", R"({"extends": "base.json", "executor": "npm"})");
  write("b.json", R"({"extends": "base.json"})");
  write("base.json", R"({"executor": "deno", "tasks": {"t": {"command": ["x"]}}})");
  EXPECT_EQ(workspace().executor, "deno") << "b.json comes with all that it extends";
}

TEST_F(Layers, a_local_file_may_be_a_link_but_has_to_be_readable) {
  write("dream.json", "{}");
  const std::string local = (folder.path() / "dream.local.json").string();
  ASSERT_EQ(::mkfifo(local.c_str(), 0644), 0);
  EXPECT_THAT(problems(),
              ElementsAre("dream.json: error: dream.local.json: the file can't be read: it is a pipe"));
  ::unlink(local.c_str());
  ASSERT_EQ(::mkdir(local.c_str(), 0755), 0);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("dream.local.json: the file can't be read: it is a folder")));
  ::rmdir(local.c_str());
  const TemporaryFolder dotfiles;
  dotfiles.write("mine.json", R"({"executor": "npm"})");
  ASSERT_EQ(::symlink((dotfiles.path() / "mine.json").c_str(), local.c_str()), 0);
  EXPECT_EQ(workspace().executor, "npm");
  ::unlink(local.c_str());
  ASSERT_EQ(::symlink("nothing", local.c_str()), 0);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("dream.local.json: the file can't be read: No such file")));
  ::unlink(local.c_str());
  write("dream.local.json", "{}");
  std::filesystem::resize_file(local, std::size_t{20} << 20U);
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("dream.local.json: the file can't be read: it is larger than 16 MiB")));
}

TEST_F(Layers, the_owner_of_each_file_is_judged) {
  write("dream.json", R"({"extends": "open.json"})");
  write("open.json", "{}");
  write("dream.local.json", "{}");
  ASSERT_EQ(::chmod((folder.path() / "open.json").c_str(), 0666), 0);
  ASSERT_EQ(::chmod((folder.path() / "dream.local.json").c_str(), 0666), 0);
  const auto standing = FileRule().find(folder.path());
  outside.files = FileRule(standing->value(), {}).of_workspace(folder.path());
  EXPECT_THAT(
      problems(),
      ElementsAre(
          HasSubstr("dream.json:1:2: error: /extends: open.json: is not obeyed: everybody may write to it"),
          HasSubstr("dream.json: error: dream.local.json: is not obeyed: everybody may write to it")));
}

TEST_F(Layers, variables_are_expanded_in_what_is_merged) {
  outside.environment = [](const std::string& name) -> std::optional<std::string_view> {
    if (name == "A") return "a";
    return std::nullopt;
  };
  write(".env", "B=b\n");
  write("dream.json",
        R"({"dotEnv": false, "tasks": {"t": {"env": {"K": "${A:?x}", "L": "${NONE:?gone}"}}}})");
  write("dream.local.json",
        "{\"dotEnv\": true,\n \"tasks\": {\"t\": {\"env\": {\"L\": \"${A}${B}\", \"M\": \"${C}\"}}}}");
  const LoadResult result = load();
  EXPECT_THAT(lines_of(result),
              ElementsAre(HasSubstr("dream.local.json:2:43: warning: /tasks/t/env/M: \"C\" is not set")));
  EXPECT_THAT(result.workspace.tasks.at("t").env,
              ElementsAre(Pair("K", "a"), Pair("L", "ab"), Pair("M", "")));
}

TEST_F(Layers, of_many_members_are_merged_as_fast_as_of_few) {
  std::string projects;
  for (int number = 0; number < 100'000; ++number)
    projects += "\"p" + std::to_string(number) + R"(": {"env": {"A": "1"}},)";
  write("dream.json", R"({"projects": {)" + projects + "}}");
  write("dream.local.json", R"({"projects": {)" + projects + "}}");
  EXPECT_EQ(workspace().projects.size(), 100'000U);
}

TEST(Overlays, are_not_looked_for_in_memory) {
  EXPECT_THAT(problems_of(R"({"extends": "none.json"})"), IsEmpty());
  EXPECT_THAT(problems_of(R"({"extends": "/none.json"})"), ElementsAre(HasSubstr("is an absolute path")));
}

}  // namespace
}  // namespace dream::config
