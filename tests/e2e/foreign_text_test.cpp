#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"
#include "e2e/terminal.hpp"

/// What a repository names reaches no terminal as it is: it could clear the screen, or show another text than
/// there is.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* escape = "\x1b[2J";
constexpr const char* c1 = "\u009b2J";
constexpr const char* bidi = "\u202e";

/// All three, as they are within a name.
const std::string evil = std::string("x") + escape + c1 + bidi;

void expect_harmless(const Finished& finished, const std::string& what) {
  for (const std::string& text : {finished.out, finished.err}) {
    EXPECT_THAT(text, Not(HasSubstr(escape))) << what;
    EXPECT_THAT(text, Not(HasSubstr(c1))) << what;
    EXPECT_THAT(text, Not(HasSubstr(bidi))) << what;
  }
}

class ForeignText : public ::testing::Test {
 protected:
  ForeignText() {
    // In JSON the escape has to be written as one; the others may stand there raw.
    const std::string written = std::string(R"(x\u001b[2J)") + c1 + bidi;
    workspace_.write(evil + "/dream.json", R"({
      "executors": { "mine": { "plugin": "./)" +
                                               written + R"(.so" } },
      "tasks": {
        "line": { "command": ": )" + written + R"(; exit 3" },
        "program": { "command": ["./)" + written +
                                               R"("] },
        "file": { "command": "true", "envFile": ")" +
                                               written + R"(" },
        "plugged": { "executor": "mine" },
        "script": {}
      },
      "projects": {
        "./": { "tasks": { "line": {}, "program": {}, "file": {}, "plugged": {}, "script": {} } },
        "./web": { "executor": "npm", "tasks": { "dev": {} } }
      } })");
    workspace_.write(evil + "/scripts/script", "exit 0");
    workspace_.write(evil + "/web/package.json", R"({"scripts": {"build": "echo )" + written + R"("}})");
    workspace_.write(evil + "/broken/dream.json", "{\"tas" + std::string(c1) + bidi + "ks\": 1}");
  }

  Finished dream(const std::vector<std::string>& arguments, const std::string& folder = {}) {
    return run(workspace_, {.arguments = arguments, .folder = evil + "/" + folder});
  }

  Workspace workspace_{"{}"};
};

TEST_F(ForeignText, is_shown_in_every_view_so_that_it_disturbs_nothing) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"list"},
                                                    {"list", "--json"},
                                                    {"--info"},
                                                    {"validate"},
                                                    {"validate", "--json"},
                                                    {"plan", "line"},
                                                    {"plan", "line", "--json"},
                                                    {"plan", "program"},
                                                    {"plan", "file"},
                                                    {"plan", "plugged"},
                                                    {"plan", "script"},
                                                    {"plan", "build", "-p", "web"},
                                                    {"plugin", "list"},
                                                    {"plugin", "list", "--json"},
                                                    {"plugin", "info", "mine"},
                                                    {"plugin", "trust", "./" + evil + ".so"},
                                                    {"plugin", "new", evil},
                                                    {"list", evil},
                                                    {"--" + evil},
                                                    {"-C", evil, "list"},
                                                    {"-p", evil, "line"},
                                                    {"completion", evil}}) {
    std::string what;
    for (const std::string& word : arguments) what += word + " ";
    expect_harmless(dream(arguments), what);
  }
  EXPECT_THAT(dream({"plan", "line"}).out, HasSubstr("x\\x1b[2J\\u{9b}2J\\u{202e}; exit 3"));
  EXPECT_THAT(dream({"plan", "line", "--json"}).out, HasSubstr("x\\u001b[2J\\u009b2J\\u202e; exit 3"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"list"}, {"validate"}, {"validate", "--json"}, {"go"}}) {
    const Finished finished = dream(arguments, "broken");
    EXPECT_EQ(finished.code, 2);
    expect_harmless(finished, arguments[0] + " of a broken file");
  }
}

TEST_F(ForeignText, is_shown_in_what_is_said_of_a_run_so_that_it_disturbs_nothing) {
  for (const char* task : {"line", "program", "file", "plugged", "script"}) {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{}, {"--debug"}, {"-o", "prefix"}, {"-o", "grouped"}, {"-o", "events"}}) {
      std::vector<std::string> arguments = options;
      arguments.emplace_back(task);
      const Finished finished = dream(arguments);
      EXPECT_NE(finished.code, 0) << task;
      expect_harmless(finished, task + (options.empty() ? "" : " " + options.back()));
    }
  }
}

/// Folders that a glob matches, that a manifest needs, and that the command line names.
TEST_F(ForeignText, of_a_folder_makes_no_project) {
  workspace_.write("globs/dream.json", R"({ "executor": "npm",
      "projects": { "./*": { "tasks": { "t": { "executor": "shell", "command": "echo ran; exit 3" } } } },
      "workspace": { "./fair": { "build": ["^"] } } })");
  workspace_.write("globs/package.json", R"({"workspaces": ["*"]})");
  workspace_.write("globs/fair/package.json",
                   R"({"name": "fair", "scripts": {"build": "true"}, "dependencies": {"evil": "*"}})");
  workspace_.write("globs/" + evil + "/package.json", R"({"name": "evil", "scripts": {"build": "true"}})");
  const auto dream = [&](const std::vector<std::string>& arguments) {
    return run(workspace_, {.arguments = arguments, .folder = "globs"});
  };
  for (const std::vector<std::string>& options : {std::vector<std::string>{},
                                                  {"-q"},
                                                  {"--debug"},
                                                  {"-o", "prefix"},
                                                  {"-o", "raw"},
                                                  {"-o", "grouped"},
                                                  {"-o", "events"}}) {
    std::vector<std::string> arguments = options;
    arguments.insert(arguments.end(), {"t", "--all"});
    const Finished finished = dream(arguments);
    EXPECT_EQ(finished.code, 3) << finished.err;
    expect_harmless(finished, "t --all " + (options.empty() ? "" : options.back()));
    EXPECT_THAT(finished.err, HasSubstr("dream: ./x\\x1b[2J\\u{9b}2J\\u{202e} is left out: there is a "
                                        "character that can't be shown in the name"));
  }
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"t", "-p", evil},
                                                    {"t", "-p", evil, "-p", "fair"},
                                                    {"t", "-p", "*", "-p", evil},
                                                    {"./" + evil + ":t"},
                                                    {"plan", "build", "-p", "fair"}}) {
    const Finished finished = dream(arguments);
    EXPECT_EQ(finished.code, 2);
    expect_harmless(finished, arguments.back());
    EXPECT_THAT(finished.err, HasSubstr("a character that can't be shown in the"));
  }
}

TEST_F(ForeignText, in_the_folder_of_logs_and_in_the_trace_is_named_so_that_it_disturbs_nothing) {
  workspace_.write(evil + "/taken", "");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--log-dir", "taken/" + evil, "line"},
        {"--trace", "taken/" + evil, "line"}}) {
    const Finished finished = dream(arguments);
    EXPECT_EQ(finished.code, 2);
    expect_harmless(finished, arguments[0]);
  }
}

TEST_F(ForeignText, in_a_hint_makes_a_command_that_a_shell_takes) {
  EXPECT_THAT(dream({"script"}).err, HasSubstr("chmod +x "));
  workspace_.write("my own;x/dream.json", R"({"projects": {"./": {"tasks": {"script": {}}}}})");
  workspace_.write("my own;x/scripts/script", "exit 0");
  const Finished finished = run(workspace_, {.arguments = {"script"}, .folder = "my own;x"});
  EXPECT_THAT(finished.err,
              HasSubstr("chmod +x '" + (workspace_.root() / "my own;x/scripts/script'").string()));
}

}  // namespace
}  // namespace dream::e2e
