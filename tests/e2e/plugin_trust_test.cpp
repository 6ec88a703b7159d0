#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "e2e/dream_run.hpp"
#include "e2e/terminal.hpp"

/// A workspace that brings a plugin of its own.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

struct OwnPlugin : ::testing::Test {
  OwnPlugin() {
    fs::create_directories(file.parent_path());
    fs::copy_file(DREAM_LEAVING_PLUGIN, file);
  }
  [[nodiscard]] Finished dream(const std::vector<std::string>& arguments) const {
    return run(workspace, {.arguments = arguments, .folder = "a"});
  }
  [[nodiscard]] Launch go() const {
    return {.arguments = {"go"}, .folder = "a", .environment = {{"NO_COLOR", "1"}}};
  }
  /// Another plugin, as a git pull might bring it.
  void change() const { fs::resize_file(file, fs::file_size(file) + 1); }

  Workspace workspace{R"({"executors": {"leaving": {"plugin": "tools/libdream_leaving.so"}}, "projects": {
    "./a": {"executor": "leaving", "tasks": {"go": {"command": "echo it runs"}}},
    "./b": {"tasks": {"go": {"command": "echo b runs"}}}}})"};
  fs::path file = workspace.root() / "tools/libdream_leaving.so";
};

constexpr const char* unconfirmed =
    "is not loaded: it comes with this workspace, and you haven't confirmed it";

TEST_F(OwnPlugin, is_refused_with_what_to_do) {
  const Finished refused = dream({"go"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr(file.string() + ": " + unconfirmed));
  EXPECT_THAT(refused.err, HasSubstr("`dream plugin trust " + file.string() + "`, or dream with --trust"));
}

TEST_F(OwnPlugin, is_not_loaded_to_look_at_it_either) {
  for (const char* command : {"list", "plan"}) {
    std::vector<std::string> arguments{command};
    if (arguments[0] == "plan") arguments.emplace_back("go");
    const Finished looked = dream(arguments);
    EXPECT_EQ(looked.code, 0);
    EXPECT_THAT(looked.out, HasSubstr(unconfirmed));
  }
}

TEST_F(OwnPlugin, does_not_stop_what_does_without_it) {
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "b"}).out, "b runs\n");
}

TEST_F(OwnPlugin, runs_once_with_trust_on_the_command_line) {
  const Finished once = dream({"go", "--trust", "-d"});
  EXPECT_EQ(once.code, 0);
  EXPECT_EQ(once.out, "it runs\n");
  EXPECT_THAT(once.err, HasSubstr("named by executors.leaving.plugin in dream.json, trusted by --trust"));
  EXPECT_EQ(dream({"go"}).code, 2);
}

TEST_F(OwnPlugin, runs_once_it_is_confirmed_until_it_changes) {
  const Finished trusted = run(workspace, {.arguments = {"plugin", "trust", "tools/libdream_leaving.so"}});
  EXPECT_EQ(trusted.code, 0);
  EXPECT_THAT(trusted.out, HasSubstr("confirmed " + file.string() + " as it is now, sha256 "));
  EXPECT_EQ(dream({"go"}).out, "it runs\n");
  EXPECT_THAT(dream({"go", "-d"}).err,
              HasSubstr("named by executors.leaving.plugin in dream.json, confirmed"));
  change();
  const Finished refused = dream({"go"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is not loaded: it has changed since you confirmed it"));
}

TEST_F(OwnPlugin, in_the_workspaces_plugin_folder_has_to_be_confirmed_as_well) {
  fs::create_directories(workspace.root() / ".dream/plugins");
  fs::rename(file, workspace.root() / ".dream/plugins/libdream_leaving.so");
  workspace.write("dream.json", R"({"projects": {"./a": {"executor": "leaving",
    "tasks": {"go": {"command": "echo it runs"}}}}})");
  EXPECT_THAT(dream({"go"}).err, HasSubstr(unconfirmed));
  EXPECT_EQ(dream({"go", "--trust"}).code, 0);
}

TEST_F(OwnPlugin, in_a_folder_that_the_user_names_needs_no_confirmation) {
  workspace.write("dream.json", R"({"projects": {"./a": {"executor": "leaving",
    "tasks": {"go": {"command": "echo it runs"}}}}})");
  const Finished named =
      run(workspace, {.arguments = {"go"},
                      .folder = "a",
                      .environment = {{"DREAM_PLUGIN_PATH", file.parent_path().string()}}});
  EXPECT_EQ(named.out, "it runs\n");
}

TEST_F(OwnPlugin, that_others_can_change_is_refused_whatever_is_trusted) {
  ASSERT_EQ(::chmod(file.parent_path().c_str(), 0777), 0);
  const std::string reason =
      "is not loaded: everybody may change the folder " + file.parent_path().string() + " (chmod o-w ";
  EXPECT_THAT(dream({"go", "--trust"}).err, HasSubstr(reason));
  EXPECT_THAT(dream({"plugin", "trust", file.string()}).err, HasSubstr(reason));
}

TEST_F(OwnPlugin, is_asked_about_on_a_terminal_and_a_yes_is_remembered) {
  {
    Terminal terminal(workspace, go());
    terminal.await_screen("[y/N] ");
    EXPECT_THAT(terminal.screen(), HasSubstr("leaving, named by executors.leaving.plugin in dream.json"));
    EXPECT_THAT(terminal.screen(), HasSubstr(file.string()));
    terminal.type("y\n");
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_THAT(terminal.screen(), HasSubstr("it runs"));
  }
  {
    Terminal terminal(workspace, go());
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("[y/N]")));
  }
  EXPECT_EQ(dream({"go"}).code, 0);
}

TEST_F(OwnPlugin, is_not_loaded_after_a_no_or_nothing) {
  for (const char* answer : {"n\n", "\n", "\x04"}) {
    Terminal terminal(workspace, go());
    terminal.await_screen("[y/N] ");
    terminal.type(answer);
    EXPECT_EQ(terminal.exit_code(), 2);
    EXPECT_THAT(terminal.screen(), HasSubstr(unconfirmed));
  }
}

TEST_F(OwnPlugin, is_not_confirmed_by_what_was_typed_before_the_question) {
  const Gate gate(workspace, "gate");
  {
    Terminal terminal(workspace, {.arguments = {"-c", "read go < $ROOT/gate; exec " DREAM_BINARY " go"},
                                  .folder = "a",
                                  .environment = {{"NO_COLOR", "1"}},
                                  .program = "/bin/sh"});
    terminal.type("y\n");
    terminal.await_screen("y");  // the terminal has taken it in
    gate.open();
    terminal.await_screen("[y/N] ");
    terminal.type("n\n");
    EXPECT_EQ(terminal.exit_code(), 2);
    EXPECT_THAT(terminal.screen(), HasSubstr(unconfirmed));
  }
  EXPECT_EQ(dream({"go"}).code, 2);
}

TEST_F(OwnPlugin, a_question_ends_with_a_signal_at_once) {
  for (const int signal : {SIGTERM, SIGHUP}) {
    Terminal terminal(workspace, go());
    terminal.await_screen("[y/N] ");
    terminal.send(signal);
    EXPECT_EQ(terminal.exit_code(), 128 + signal);
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("internal error")));
  }
}

TEST_F(OwnPlugin, a_question_is_left_with_ctrl_c) {
  Terminal terminal(workspace, go());
  terminal.await_screen("[y/N] ");
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
}

TEST_F(OwnPlugin, a_damaged_list_of_confirmations_is_told) {
  workspace.write(".local/state/dream/trusted.json", "{\"plugins\": ");
  const Finished refused = dream({"go"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("trusted.json: is damaged, so that it can't be told what is "
                                     "confirmed (repair it, or delete it and confirm again)"));
}

TEST(PluginTrust, takes_only_a_shared_library) {
  const Workspace workspace(R"({})");
  workspace.write("text.so", "text");
  EXPECT_THAT(run(workspace, {.arguments = {"plugin", "trust", "text.so"}}).err,
              HasSubstr("is not a shared library"));
  const Finished missing = run(workspace, {.arguments = {"plugin", "trust"}});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("dream plugin trust FILE"));
}

}  // namespace
}  // namespace dream::e2e
