// ${NAME} in dream.json.
#include <sys/stat.h>

#include <map>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::string_literals;

/// A dream.json in a folder of its own, and an environment.
class Expansion : public testing::Test {
 protected:
  Expansion() {
    outside.environment = [this](const std::string& name) -> std::optional<std::string_view> {
      asked.push_back(name);
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
    outside.files.emplace();
  }

  LoadResult load(std::string text) {
    return interpret(Document::parse(folder.path() / "dream.json", std::move(text), outside),
                     bundled_executors);
  }
  /// Without the folder.
  std::vector<std::string> problems(std::string text) {
    std::vector<std::string> lines = problems_of(load(std::move(text)));
    for (std::string& line : lines) {
      for (std::size_t at = line.find(folder.path().string()); at != std::string::npos;
           at = line.find(folder.path().string()))
        line.erase(at, folder.path().string().size() + 1);
    }
    return lines;
  }
  /// What a string becomes in `env`; problems are failures.
  std::string value(const std::string& text) {
    const LoadResult result = load(R"({"tasks": {"t": {"env": {"K": )" + json_string(text) + "}}}}");
    EXPECT_THAT(problems_of(result), IsEmpty());
    return result.workspace.tasks.at("t").env.at(0).second;
  }

  TemporaryFolder folder;
  std::map<std::string, std::string> environment{{"A", "a"}, {"EMPTY", ""}};
  std::vector<std::string> asked;
  Outside outside;
};

std::vector<std::string> argv_of(const std::optional<std::optional<Command>>& command) {
  return std::get<std::vector<std::string>>(command.value().value());
}

TEST_F(Expansion, has_all_forms_of_compose_in_braces_alone) {
  EXPECT_EQ(value("${A}/$A/${A}"), "a/$A/a");
  EXPECT_EQ(value("${NONE:-x}${NONE-y}${EMPTY:-z}${EMPTY-w}"), "xyz");
  EXPECT_EQ(value("${A:+x}${EMPTY:+y}${EMPTY+z}${A:?why}${NONE:-${A}}"), "xzaa");
  EXPECT_EQ(value("$$ $${A} $$$${A} $$${A} $ 5$ $(x) $1 $A_B"), "$ ${A} $${A} $a $ 5$ $(x) $1 $A_B");
}

TEST_F(Expansion, is_done_in_env_options_ready_and_health_of_every_level) {
  const LoadResult result = load(R"({
    "executors": {"docker": {"options": {"a": ["${A}", {"b": "${A}"}]}}},
    "tasks": {"t": {"env": {"K": "${A}"}, "options": {"c": "${A}"}}},
    "projects": {"./p": {"env": {"K": "${A}1"}, "options": {"d": "${A}"}, "tasks": {"t": {
      "env": {"K": "${A}2"}, "options": {"${A}": "${A}"}, "health": {"tcp": "${A}:1"},
      "ready": [{"log": "${A} $$"}, {"file": "${A}"}, {"tcp": "${A}:2"}, {"exec": ["${A}", "$$"]},
                {"http": {"url": "http://${A}:1", "headers": {"exec": "${A}"}}}, {"exec": "${A} $$"}]}}}}})");
  EXPECT_THAT(problems_of(result), IsEmpty());
  const Workspace& workspace = result.workspace;
  const ProjectSettings& project = workspace.projects.at("./p");
  const TaskSettings& task = project.tasks.at("t");
  EXPECT_EQ(workspace.tasks.at("t").env[0].second + project.env[0].second + task.env[0].second, "aa1a2");
  const std::vector<OptionsPointer> layers{*workspace.executors.at("docker").options, *project.options,
                                           *workspace.tasks.at("t").options, *task.options};
  EXPECT_EQ(result.document->options(layers), R"({"a":["a",{"b":"a"}],"d":"a","c":"a","${A}":"a"})");
  EXPECT_EQ(std::get<TcpProbe>(task.health->probe).host, "a");
  EXPECT_EQ(std::get<LogProbe>(task.ready->at(0)).text, "a $");
  EXPECT_EQ(std::get<FileProbe>(task.ready->at(1)).path, "a");
  EXPECT_EQ(std::get<TcpProbe>(task.ready->at(2)).host, "a");
  EXPECT_EQ(std::get<ExecProbe>(task.ready->at(3)).command, Command(std::vector<std::string>{"a", "$$"}));
  EXPECT_EQ(std::get<HttpProbe>(task.ready->at(4)).host, "a");
  EXPECT_EQ(std::get<HttpProbe>(task.ready->at(4)).headers[0].second, "a");
  EXPECT_EQ(std::get<ExecProbe>(task.ready->at(5)).command, Command("${A} $$"))
      << "a line for a shell, which has the variables of the task";
}

TEST_F(Expansion, of_commands_is_for_arrays_and_leaves_the_dollars_of_shells) {
  const Workspace workspace = load(R"j({"tasks": {
    "argv": {"command": ["${A}", "$${A}", "echo $$ $A $1 $(x)", "$$$${A}"]},
    "line": {"command": "echo ${A} $$ $${A}"}}})j")
                                  .workspace;
  EXPECT_THAT(argv_of(workspace.tasks.at("argv").command),
              ElementsAre("a", "${A}", "echo $$ $A $1 $(x)", "$$${A}"));
  EXPECT_EQ(*workspace.tasks.at("line").command, Command("echo ${A} $$ $${A}"));
}

TEST_F(Expansion, leaves_names_and_everything_else_alone) {
  const LoadResult result = load(R"({"tasks": {"${A}": {"envFile": "${A}", "description": "${A} $$",
    "executor": "shell", "env": {"${A}": "$$"}}}, "workspace": {"./${A}": {"${A}": ["./${A}"]}},
    "projects": {"./${A}": {}}, "affects": ["${A}"], "executors": {"docker": {"plugin": "${A}"}}})");
  EXPECT_THAT(problems_of(result), IsEmpty());
  EXPECT_THAT(asked, IsEmpty());
  const TaskSettings& task = result.workspace.tasks.at("${A}");
  EXPECT_THAT(task.env_files, ElementsAre("${A}"));
  EXPECT_EQ(task.description, "${A} $$");
  EXPECT_THAT(task.env, ElementsAre(testing::Pair("${A}", "$")));
  EXPECT_EQ(result.workspace.dependencies.at("./${A}").at("${A}").entries.at(0).project, "./${A}");
}

TEST_F(Expansion, goes_by_the_value_of_a_string_and_not_by_its_spelling) {
  const Workspace workspace =
      load("{\"tasks\": {\"t\": {\"env\": {\"K\": \"\\u0024\\u007bA}\", \"L\": \"$\\u0024\"}}}}").workspace;
  EXPECT_THAT(workspace.tasks.at("t").env, ElementsAre(testing::Pair("K", "a"), testing::Pair("L", "$")));
}

TEST_F(Expansion, warns_of_a_name_that_nobody_has_set_with_its_place) {
  const std::string text =
      "{\"tasks\": {\n  \"t\": {\"command\": [\"x\",\n    \"${NONE}${NONE}${OTHER}\"]}}}";
  EXPECT_THAT(problems(text),
              ElementsAre("dream.json:3:5: warning: /tasks/t/command/1: \"NONE\" is not set, and counts as "
                          "empty; set it, or write ${NONE:-…}; $${NONE} is the text itself",
                          HasSubstr("dream.json:3:5: warning: /tasks/t/command/1: \"OTHER\" is not set")));
  EXPECT_THAT(argv_of(load(text).workspace.tasks.at("t").command), ElementsAre("x", ""));
}

TEST_F(Expansion, warns_once_of_a_name_that_many_places_have) {
  EXPECT_THAT(
      problems(
          R"({"tasks": {"t": {"env": {"A": "${NONE}", "B": "${NONE}", "C": "${OTHER}", "D": "${NONE}"}}}})"),
      ElementsAre(HasSubstr("/env/A: \"NONE\" is not set, and counts as empty; and 2 more like it"),
                  HasSubstr("/env/C: \"OTHER\" is not set, and counts as empty; set it")));
}

TEST_F(Expansion, that_fails_is_an_error_with_its_place) {
  EXPECT_THAT(
      problems(R"({"projects": {"p": {"env": {"K": "${NONE:?say ${A}}", "L": "${A"}}},
                           "tasks": {"t": {"command": ["${x%.*}"], "options": {"o": "${EMPTY:?}"}}}})"),
      ElementsAre("dream.json:1:29: error: /projects/p/env/K: \"NONE\" has no value: say a",
                  "dream.json:1:55: error: /projects/p/env/L: \"${A\" is no variable; write $${ for ${",
                  "dream.json:2:56: error: /tasks/t/command/0: \"${x%.*}\" is no variable; write $${ for ${",
                  "dream.json:2:80: error: /tasks/t/options/o: \"EMPTY\" has no value"));
}

TEST_F(Expansion, keeps_the_places_of_strings) {
  environment["LONG"] = std::string(100, 'x');
  EXPECT_THAT(problems(R"({"tasks": {"t": {"ready": [{"tcp": "${LONG}"}, {"port": ["1${LONG}", 1]}]}}})"),
              ElementsAre(HasSubstr("dream.json:1:29: error: /tasks/t/ready/0/tcp: \"xxx"),
                          HasSubstr("dream.json:1:58: error: /tasks/t/ready/1/port/0: expected a port")));
}

TEST_F(Expansion, reads_the_dot_env_of_the_root_behind_the_environment) {
  folder.write(".env", "A=file\nB=\"${A} and ${C:-c}\" # d\nEMPTY=file\n");
  EXPECT_EQ(value("${A}/${B}/${EMPTY}"), "a/a and c/");
}

TEST_F(Expansion, reads_the_dot_env_only_for_a_name_that_the_environment_lacks) {
  ASSERT_EQ(::mkdir((folder.path() / ".env").c_str(), 0755), 0);
  EXPECT_EQ(value("${NONE:-x}"), "x") << "a folder is somebody else's";
  ASSERT_EQ(::rmdir((folder.path() / ".env").c_str()), 0);
  std::filesystem::create_symlink("nowhere", folder.path() / ".env");
  EXPECT_EQ(value("${NONE:-x}"), "x") << "a link to nothing is nothing";
  ASSERT_EQ(::unlink((folder.path() / ".env").c_str()), 0);
  folder.write(".env", std::string(2U << 20U, '#'));
  EXPECT_EQ(value("${A}"), "a");
  const std::string text =
      R"({"tasks": {"t": {"env": {"K": "${NONE:-x}", "L": "${OTHER:-y}", "M": "${MORE}"}}}})";
  EXPECT_THAT(
      problems(text),
      ElementsAre("dream.json:1:26: error: /tasks/t/env/K: for its variables .env is needed: the file "
                  "can't be read: it is larger than 1 MiB; \"dotEnv\": false does without it"));
  EXPECT_THAT(problems(R"({"dotEnv": false, )" + text.substr(1)),
              ElementsAre(HasSubstr("\"MORE\" is not set")));
  EXPECT_THAT(problems(R"({"dotEnv": "no"})"), ElementsAre(HasSubstr("/dotEnv: expected true or false")));
}

TEST_F(Expansion, warns_of_the_lines_of_a_dot_env_that_cannot_be_read_and_takes_the_others) {
  folder.write(".env", "B=1\n= 2\nC='3\nD=4\n");
  EXPECT_THAT(problems(R"({"tasks": {"t": {"command": ["${B}${D}", "${C:-c}"]}}})"),
              ElementsAre(AllOf(HasSubstr("dream.json: warning: .env:2:1: expected NAME=VALUE"),
                                EndsWith("; the line is left out")),
                          HasSubstr("dream.json: warning: .env:3:3: the quote is never closed")));
  EXPECT_THAT(
      argv_of(
          load(R"({"tasks": {"t": {"command": ["${B}${D}", "${C:-c}"]}}})").workspace.tasks.at("t").command),
      ElementsAre("14", "c"));
  folder.write(".env", "B=1\n\0"s);
  EXPECT_THAT(problems(R"({"tasks": {"t": {"env": {"K": "${B:-}"}}}})"),
              ElementsAre(EndsWith("warning: .env:2:1: a NUL byte in the file; the file is left out")));
}

TEST_F(Expansion, of_a_line_that_is_taken_says_no_more_than_what_it_lacks) {
  folder.write(".env", "ONLY_HERE=x${UNSET}\n");
  EXPECT_THAT(problems(R"({"tasks": {"t": {"env": {"K": "${ONLY_HERE}"}}}})"),
              ElementsAre(AllOf(HasSubstr("$UNSET is not set, and counts as empty"),
                                testing::Not(HasSubstr("left out")))));
}

TEST_F(Expansion, does_not_go_round_in_a_dot_env_that_names_itself) {
  folder.write(".env", "B=${C}\nC=${B}x\nD=$D\n");
  const std::vector<std::string> all = problems(R"({"tasks": {"t": {"env": {"K": "${B}${C}${D}"}}}})");
  EXPECT_THAT(all, ElementsAre(HasSubstr(".env:1:3: $C is not set"), HasSubstr(".env:3:3: $D is not set")));
}

TEST_F(Expansion, a_pipe_as_dot_env_is_for_runs) {
  ASSERT_EQ(::mkfifo((folder.path() / ".env").c_str(), 0644), 0);
  EXPECT_EQ(value("${NONE:-x}"), "x");
  outside.pipe_time = std::chrono::milliseconds(1);
  EXPECT_THAT(problems(R"({"tasks": {"t": {"env": {"K": "${NONE:-x}"}}}})"),
              ElementsAre(HasSubstr("it is a pipe, and its end didn't come within 1 ms")));
}

TEST_F(Expansion, makes_no_more_than_a_file_may_have) {
  environment["BIG"] = std::string(100'000, 'x');
  std::string many;
  for (int count = 0; count < 1000; ++count) many += "${BIG}";
  EXPECT_THAT(problems(R"({"tasks": {"t": {"env": {"K": ")" + many + R"("}}}})"),
              ElementsAre(HasSubstr("its variables make it too long: of what all values of the file may "
                                    "have, 16777216 bytes are left")));
  std::string strings;
  for (int count = 0; count < 1'000; ++count) strings += "\"${BIG}\",";
  EXPECT_THAT(problems(R"({"tasks": {"t": {"command": [)" + strings + "]}}}"), SizeIs(1000 - 167));
}

TEST_F(Expansion, of_a_million_variables_takes_as_long_as_of_few) {
  std::string many, strings;
  for (int count = 0; count < 1'000'000; ++count) many += "${A}";
  for (int count = 0; count < 300'000; ++count) strings += "\"${A}${NONE}\",";
  EXPECT_EQ(value(many), std::string(1'000'000, 'a'));
  EXPECT_THAT(asked, SizeIs(1));
  EXPECT_THAT(problems(R"({"tasks": {"t": {"command": [)" + strings + "]}}}"),
              ElementsAre(HasSubstr("\"NONE\" is not set, and counts as empty; and 299999 more like it")));
}

TEST_F(Expansion, refuses_words_within_words_without_an_end) {
  std::string deep;
  for (int count = 0; count < 10'000; ++count) deep += "${N:-";
  deep += std::string(10'000, '}');
  EXPECT_THAT(problems(R"({"tasks": {"t": {"env": {"K": ")" + deep + R"("}}}})"),
              ElementsAre(HasSubstr("its ${…} stand in one another too often")));
}

TEST_F(Expansion, takes_any_bytes_of_the_environment_but_in_options) {
  environment["RAW"] = "\xFF";
  EXPECT_EQ(value("${RAW}"), "\xFF");
  EXPECT_THAT(problems(R"({"tasks": {"t": {"options": {"K": "${RAW}"}}}})"),
              ElementsAre(HasSubstr("/tasks/t/options/K: a variable in it is not valid UTF-8")));
}

TEST_F(Expansion, tells_of_dollars_that_meant_something_else_before) {
  const LoadResult result = load(R"({"tasks": {"t": {"env": {"K": "a$$b", "L": "${A}", "M": "$$", "N": "$$"},
    "command": ["$$", "$${A}"]}}})");
  std::vector<std::string> lines;
  for (const Problem& remark : result.document->remarks())
    lines.push_back(remark.pointer + ": " + remark.message);
  EXPECT_THAT(lines, ElementsAre("/tasks/t/env/K: \"$$\" stands for \"$\" here; and 2 more like it",
                                 "/tasks/t/command/1: \"$${\" stands for \"${\" here"));
  EXPECT_THAT(result.problems, IsEmpty());
}

TEST_F(Expansion, values_that_are_nobodys_business_are_not_shown) {
  environment = {{"API_TOKEN", "it's s3cret"},
                 {"dbPassword", "s3cret-too"},
                 {"DATABASE_URL", "postgres://me:hunter2@host/db"},
                 {"PLAIN", "plain"},
                 {"TOKEN_SIZE", "12"}};
  const LoadResult result = load(R"({"tasks": {"t": {"command": ["${API_TOKEN}", "${dbPassword}",
    "${DATABASE_URL}", "${PLAIN}${TOKEN_SIZE}"], "ready": {"tcp": "${API_TOKEN}"}}}})");
  EXPECT_THAT(problems_of(result), ElementsAre(HasSubstr("\"***\" is no host and port")));
  EXPECT_EQ(result.document->masked(R"(run 'it'\''s s3cret' it's s3cret s3cret-too plain12)"),
            "run '***' *** *** plain12");
  EXPECT_EQ(result.document->masked("x=postgres://me:hunter2@host/db"), "x=***");
}

TEST_F(Expansion, secrets_are_not_shown_however_a_shell_would_have_them) {
  environment = {{"API_TOKEN", "it's\na\\secret"}};
  const LoadResult result = load(R"({"tasks": {"t": {"command": ["run", "--key=${API_TOKEN}"]}}})");
  EXPECT_EQ(result.document->masked("run " + shell_quoted("--key=it's\na\\secret")), "run $'--key=***'");
}

TEST(SecretsOfARun, are_left_in_the_names_of_its_steps) {
  Secrets secrets;
  secrets.see("DB_PASSWORD", "test");
  secrets.spare("./test:test");
  EXPECT_EQ(secrets.masked("./test:test started: psql --password=test -ptest ./test"),
            "./test:test started: psql --password=*** -p*** ./***");
}

TEST(SecretsOfARun, are_those_of_its_variables_but_for_plain_words) {
  Secrets secrets;
  secrets.see_entries(std::vector<std::string>{"A_TOKEN=long-enough", "PG_PASSWORD=postgres", "B=shown", "C",
                                               "D_PASSWORD=abc", "E_SECRET=Postgres", "MAX_TOKENS=4096",
                                               "ID_TOKEN_FILE=/run/id", "F_PASSWORD=4096x"});
  EXPECT_EQ(secrets.masked("long-enough postgres shown abc Postgres 4096 /run/id 4096x"),
            "*** postgres shown abc *** 4096 /run/id ***");
}

/// What was cut before it is shown may end or begin within one.
TEST(SecretsOfARun, are_not_shown_in_part_where_a_text_was_cut) {
  Secrets secrets;
  secrets.see_entry("A_TOKEN=abcdefghij");
  EXPECT_EQ(secrets.masked("run --key abcdefg… (x)"), "run --key ***… (x)");
  EXPECT_EQ(secrets.masked("…efghij, abcd… and …ghij"), "…***, ***… and …***");
  EXPECT_EQ(secrets.masked("abc… or …hij, abcde, xbcdefg…"), "abc… or …hij, abcde, xbcdefg…");
}

TEST(SecretsOfARun, are_users_and_passwords_of_urls) {
  EXPECT_EQ(Secrets().masked("a 'db://me:pw@h/x' b://git@h http://h:80/@x c://u:p@i:1@j"),
            "a 'db://***@h/x' b://git@h http://h:80/@x c://***@j");
}

TEST_F(Expansion, a_message_about_an_option_does_not_show_what_came_from_outside) {
  environment["PLAIN"] = "plain";
  const LoadResult result = load(R"({"tasks": {"t": {"options": {"size": "${PLAIN}", "authToken": "abc",
    "other": "plain"}}}})");
  const std::vector<OptionsPointer> layers{"/tasks/t/options"};
  const auto shown = [&](const char* pointer, const char* value) {
    return result.document->masked_option(layers, pointer, "found the string \""s + value + "\"");
  };
  EXPECT_EQ(shown("/size", "plain"), "found the string \"***\"");
  EXPECT_EQ(shown("/authToken", "abc"), "found the string \"***\"");
  EXPECT_EQ(shown("/other", "plain"), "found the string \"plain\"");
}

TEST(EscapedDollars, mean_themselves) {
  const Lookup nothing = [](const std::string&) { return std::nullopt; };
  for (const std::string text : {"$", "$$", "$$$", "${A}", "$${A}", "a$b$$c", "$$$${", "{$}", "$A"}) {
    const auto expanded = expand(with_escaped_dollars(text), nothing, 100, Dollars::doubled);
    ASSERT_TRUE(expanded) << text;
    EXPECT_EQ(expanded->text, text);
  }
  EXPECT_EQ(with_escaped_dollars("$5 $A"), "$5 $A");
}

}  // namespace
}  // namespace dream::config
