#include "e2e/strangers.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "e2e/dream_run.hpp"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1U << 1U)
#endif

namespace dream::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

const std::string marks = R"({"tasks": {"test": {"command": "touch $MARK"}}})";

/// In /tmp, so to say: the user's own folder below a dream.json of the stranger's.
struct ForeignFile : Strangers {
  ForeignFile() {
    workspace.write("tmp/dream.json", marks);
    give_to_stranger("tmp/dream.json");
  }
};

TEST_F(ForeignFile, is_not_obeyed_by_any_command_and_named_with_its_owner) {
  for (const std::string command :
       {"test", "plan test", "list", "validate", "--info", "plugin list", "-n test"}) {
    std::vector<std::string> words{command.substr(0, command.find(' '))};
    if (command.find(' ') != std::string::npos) words.push_back(command.substr(command.find(' ') + 1));
    const Finished refused = dream(words, "tmp/mine");
    EXPECT_EQ(refused.code, 2) << command;
    EXPECT_THAT(refused.err, HasSubstr("dream: " + at("tmp/dream.json").string() + ": is not obeyed: "))
        << command;
    EXPECT_THAT(refused.err, HasSubstr(is_root ? "belongs to user 4712" : "everybody may write to it"));
    EXPECT_THAT(refused.err, HasSubstr("`dream trust " + at("tmp").string() + "`"));
    EXPECT_THAT(refused.err, HasSubstr("--trust"));
  }
  EXPECT_FALSE(is_marked());
}

TEST_F(ForeignFile, offers_nothing_to_the_completion_and_says_nothing_there) {
  const Finished completed = dream({"completion", "--", "tes"}, "tmp/mine");
  EXPECT_EQ(completed.code, 0);
  EXPECT_EQ(completed.out + completed.err, "");
}

TEST_F(ForeignFile, is_refused_in_the_folder_one_stands_in_as_well) {
  EXPECT_EQ(dream({"test"}, "tmp").code, 2);
  EXPECT_EQ(dream({"test", "-C", "tmp"}, "").code, 2);
  EXPECT_FALSE(is_marked());
}

TEST_F(ForeignFile, is_obeyed_once_with_trust) {
  EXPECT_EQ(dream({"test", "--trust"}, "tmp/mine").code, 0);
  EXPECT_TRUE(is_marked());
  EXPECT_EQ(dream({"test"}, "tmp/mine").code, 2);
}

TEST_F(ForeignFile, is_obeyed_while_its_folder_is_trusted) {
  const Finished trusted = dream({"trust", ".."}, "tmp/mine");
  EXPECT_EQ(trusted.code, 0);
  EXPECT_THAT(trusted.out, HasSubstr("trusted: the dream.json of " + at("tmp").string()));
  EXPECT_EQ(dream({"trust"}, "tmp/mine").out, at("tmp").string() + "\n");
  EXPECT_EQ(dream({"test"}, "tmp/mine").code, 0);
  EXPECT_TRUE(is_marked());
  EXPECT_EQ(dream({"trust", "--forget", at("tmp").string()}, "").code, 0);
  EXPECT_EQ(dream({"test"}, "tmp/mine").code, 2);
}

TEST_F(ForeignFile, is_not_what_a_link_of_the_users_file_hides) {
  // Which of the user's own files dream obeys is not the stranger's to say.
  fs::create_directories(at("home/clone"));
  workspace.write("home/clone/dream.json", marks);
  give_to_user("home");
  fs::remove(at("tmp/dream.json"));
  fs::create_symlink(at("home/clone/dream.json"), at("tmp/dream.json"));
  if (is_root) give_to_stranger("tmp/dream.json");
  if (!is_root) open_to_all(at("home/clone/dream.json"), 0666);
  EXPECT_EQ(dream({"test"}, "tmp/mine").code, 2);
  EXPECT_FALSE(is_marked());
}

/// In a user namespace, which anybody may make: root is one of them, too.
TEST_F(ForeignFile, is_not_obeyed_where_everybody_else_has_the_same_number) {
  const std::vector<std::string> apart{"unshare", "--map-root-user"};
  if (!is_root || dream({"--version"}, "", {}, apart).code != 0)
    GTEST_SKIP() << "no user namespace can be made for another user";
  const Finished refused = dream({"test"}, "tmp/mine", {}, apart);
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr(at("tmp/dream.json").string() + ": is not obeyed: "));
  EXPECT_FALSE(is_marked());
}

/// Debian gives each user such a group, and others can have it as their first one, too.
TEST_F(Strangers, a_group_of_ones_own_that_is_the_first_of_others_may_not_write_to_plugins) {
  if (!is_root) GTEST_SKIP() << "users can't be made up";
  workspace.write("group", "root:x:0:\nvic:x:4711:\n");
  const Launch mount{.arguments = {"--mount", "mount", "--bind", at("group").string(), "/etc/group"},
                     .program = "/usr/bin/unshare"};
  if (run(workspace, mount).code != 0) GTEST_SKIP() << "nothing can be mounted here";
  fs::create_directories(at("plugins"));
  fs::copy(at("lib/dream/plugins/libdream_shell.so"), at("plugins/libdream_mine.so"));
  workspace.write("ws/dream.json", R"({"executor": "mine", "tasks": {"go": {"command": "true"}}})");
  give_to_user("plugins");
  open_to_all(at("plugins"), 0775);
  const std::string root = "root:x:0:0::/root:/bin/sh\nvic:x:4711:4711::/:/bin/sh\n";
  for (const auto& [users, code] : {std::pair{root, 0}, {root + "mal:x:4712:4711::/:/bin/sh\n", 2}}) {
    workspace.write("passwd", users);
    const std::string command = "mount --bind " + at("passwd").string() + " /etc/passwd && mount --bind " +
                                at("group").string() +
                                " /etc/group && exec setpriv --reuid=4711 --regid=4711 " + "--clear-groups " +
                                at("bin/dream").string() + " plugin info mine";
    const Finished told =
        run(workspace,
            {.arguments = {"--mount", "sh", "-c", command},
             .folder = "ws",
             .environment = {{"HOME", at("home").string()}, {"DREAM_PLUGIN_PATH", at("plugins").string()}},
             .program = "/usr/bin/unshare"});
    EXPECT_EQ(told.code == 0, code == 0) << told.err << told.out;
    EXPECT_EQ((told.err + told.out).find("a whole group may change") == std::string::npos, code == 0);
  }
}

TEST_F(Strangers, files_of_the_folders_owner_are_obeyed_as_in_a_container) {
  // Root works on a folder of the host's user: dream.json and what it is merged with.
  workspace.write("tmp/mine/dream.json",
                  R"({"projects": {"./": {"envFile": ".env", "tasks": {"test": {"command": "echo $A"}}}}})");
  workspace.write("tmp/mine/.env", "A=1");
  give_to_user("tmp/mine");
  EXPECT_EQ(run(workspace, {.arguments = {"test"}, .folder = "tmp/mine"}).out, "1\n");
  EXPECT_EQ(dream({"test"}, "tmp/mine").out, "1\n");
}

TEST_F(Strangers, a_folder_that_can_not_be_looked_into_is_not_passed_over) {
  workspace.write("outer/dream.json", marks);
  workspace.write("outer/inner/dream.json", R"({"tasks": {"test": {"command": "echo inner"}}})");
  if (is_root) give_to_stranger("outer/inner");
  open_to_all(at("outer/inner"), is_root ? 0700 : 0600);
  const Finished refused = dream({"test", "-C", "outer/inner"}, "");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("inner: the folder can't be used: Permission denied"));
  EXPECT_FALSE(is_marked());
  open_to_all(at("outer/inner"), 0755);
}

TEST_F(Strangers, an_env_file_of_another_user_is_refused_like_dream_json) {
  workspace.write("tmp/mine/dream.json",
                  R"({"projects": {"./": {"envFile": ".env", "tasks": {"test": {"command": "true"}}}}})");
  workspace.write("tmp/mine/.env", "BASH_ENV=/x");
  give_to_user("tmp/mine");
  give_to_stranger("tmp/mine/.env");
  const Finished refused = dream({"test"}, "tmp/mine");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr(at("tmp/mine/.env").string() + ": is not obeyed: "));
  EXPECT_EQ(dream({"test", "--trust"}, "tmp/mine").code, 0);
}

TEST_F(Strangers, a_link_of_theirs_leads_to_no_plugin) {
  fs::create_directories(at("home/clone"));
  fs::copy_file(DREAM_MARK_LIBRARY, at("home/clone/libdream_evil.so"));
  give_to_user("home");
  fs::create_directories(at("tmp/q"));
  fs::create_symlink(at("home/clone/libdream_evil.so"), at("tmp/q/libdream_shell.so"));
  give_to_stranger("tmp/q");
  if (is_root) give_to_stranger("tmp/q/libdream_shell.so");
  const Finished listed = dream({"plugin", "list"}, "home", {{"DREAM_PLUGIN_PATH", at("tmp/q").string()}});
  EXPECT_THAT(listed.out, HasSubstr("is not loaded: "));
  EXPECT_THAT(listed.out, HasSubstr(at("tmp/q").string()));
  EXPECT_FALSE(is_marked());
  // A folder of the user's own that is reached by a link of theirs.
  fs::create_directories(at("home/good"));
  fs::copy_file(DREAM_MARK_LIBRARY, at("home/good/libdream_shell.so"));
  give_to_user("home");
  fs::create_symlink(at("home/good"), at("tmp/p"));
  if (!is_root) return;
  give_to_stranger("tmp/p");
  const Finished linked = dream({"plugin", "list"}, "home", {{"DREAM_PLUGIN_PATH", at("tmp/p").string()}});
  EXPECT_THAT(linked.out, HasSubstr("user 4712 owns the link " + at("tmp/p").string()));
  EXPECT_FALSE(is_marked());
}

/// Exchanges two names for each other, over and over.
class Flipping {
 public:
  Flipping(fs::path one, fs::path other)
      : thread_([this, one = std::move(one), other = std::move(other)] {
          for (int left = 5'000'000; left > 0 && !ended_; --left) {
            ::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
          }
        }) {}
  ~Flipping() {
    ended_ = true;
    thread_.join();
  }
  Flipping(const Flipping&) = delete;
  Flipping& operator=(const Flipping&) = delete;

 private:
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

TEST_F(Strangers, a_plugin_that_is_exchanged_meanwhile_is_the_one_that_was_confirmed_or_none) {
  workspace.write("home/w/dream.json", R"({"executors": {"leaving": {"plugin": "p/libdream_leaving.so"}},
    "executor": "leaving", "tasks": {"go": {"command": "true"}}})");
  for (const char* folder : {"good", "evil"}) fs::create_directories(at("home/w") / folder);
  fs::copy_file(DREAM_LEAVING_PLUGIN, at("home/w/good/libdream_leaving.so"));
  fs::copy_file(DREAM_MARK_LIBRARY, at("home/w/evil/libdream_leaving.so"));
  give_to_user("home");
  // Both names, that of the file and one that a link stands for.
  for (const bool by_link : {false, true}) {
    fs::remove_all(at("home/w/p"));
    fs::remove_all(at("home/w/q"));
    if (by_link) {
      fs::create_directory_symlink("good", at("home/w/p"));
      fs::create_directory_symlink("evil", at("home/w/q"));
    } else {
      fs::copy(at("home/w/good"), at("home/w/p"), fs::copy_options::recursive);
      fs::copy(at("home/w/evil"), at("home/w/q"), fs::copy_options::recursive);
    }
    give_to_user("home");
    EXPECT_EQ(dream({"plugin", "trust", "p/libdream_leaving.so"}, "home/w").code, 0);
    const Flipping flipping(by_link ? at("home/w/p") : at("home/w/p/libdream_leaving.so"),
                            by_link ? at("home/w/q") : at("home/w/q/libdream_leaving.so"));
    for (int round = 0; round < 15; ++round) {
      EXPECT_THAT(dream({"go"}, "home/w").code, AnyOf(0, 2));
      ASSERT_FALSE(is_marked()) << "round " << round;
    }
  }
}

TEST_F(Strangers, records_of_theirs_have_nothing_loaded) {
  // HOME=/tmp, as containers have it.
  workspace.write("tmp/mine/dream.json", R"({"tasks": {"go": {"command": "echo it runs"}}})");
  fs::create_directories(at("home/clone"));
  fs::copy_file(DREAM_MARK_LIBRARY, at("home/clone/libdream_evil.so"));
  give_to_user("tmp/mine");
  give_to_user("home");
  workspace.write("tmp/.local/state/dream/.runs/1.json",
                  R"({"session": "1", "root": "/", "plugins": [{"id": "evil", "file": ")" +
                      at("home/clone/libdream_evil.so").string() +
                      R"(", "options": ["{}"], "sha256": ""}]})");
  for (const char* path : {"", "/state", "/state/dream", "/state/dream/.runs", "/state/dream/.runs/1.json"}) {
    const bool is_record = std::string(path).ends_with(".json");
    open_to_all(at("tmp/.local" + std::string(path)), is_record ? 0600 : 0700);
    give_to_stranger("tmp/.local" + std::string(path));
    if (is_root && !is_record) open_to_all(at("tmp/.local" + std::string(path)), 0755);
  }
  const Finished finished = dream({"go"}, "tmp/mine", {{"HOME", at("tmp").string()}});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.out, "it runs\n");
  EXPECT_THAT(finished.err, HasSubstr("dream can't clean up after runs that died: "));
  EXPECT_FALSE(is_marked());
  EXPECT_TRUE(fs::exists(at("tmp/.local/state/dream/.runs/1.json")));
}

/// What can't be read to an end, in the place of each file that dream looks for.
struct Endless : ::testing::Test {
  void put(const std::string& kind, const fs::path& path) const {
    fs::remove(path);
    if (kind == "fifo") {
      EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    } else if (kind == "sparse") {
      std::ofstream(path).close();
      fs::resize_file(path, std::uintmax_t{20} << 30U);
    } else {
      fs::create_symlink(kind, path);
    }
  }
  static inline const std::vector<std::string> kinds{"fifo", "sparse", "/proc/self/pagemap", "/dev/zero",
                                                     "/dev/tty"};
};

/// dream closes folders of its own to others. Through a link of theirs that would be any folder of the
/// user's.
TEST_F(Strangers, links_of_theirs_lead_to_no_folder_that_is_closed_to_others) {
  if (!is_root) GTEST_SKIP() << "a link that belongs to somebody else can't be made";
  workspace.write("ws/dream.json", R"({"tasks": {"go": {"command": "true"}}})");
  for (const std::string name : {".history", ".runs"}) {
    fs::create_directories(at("home/.local/state/dream"));
    fs::create_directories(at("home/own"));
    give_to_user("home");
    open_to_all(at("home/own"), 0755);
    fs::create_directory_symlink(at("home/own"), at("home/.local/state/dream") / name);
    give_to_stranger("home/.local/state/dream/" + name);
    EXPECT_THAT(dream({"--record", "go"}, "ws").err,
                AnyOf(HasSubstr("is a link of "), HasSubstr("can't be opened")));
    EXPECT_EQ(fs::status(at("home/own")).permissions(), fs::perms(0755)) << name;
    fs::remove_all(at("home/.local"));
  }
}

TEST_F(Endless, dream_json_is_an_error) {
  const Workspace workspace("{}");
  for (const std::string& kind : kinds) {
    put(kind, workspace.root() / "dream.json");
    for (const char* command : {"list", "validate", "--info", "go"}) {
      const Finished refused = run(workspace, {.arguments = {command}});
      EXPECT_EQ(refused.code, 2) << kind;
      EXPECT_THAT(refused.err, HasSubstr("dream.json: the file can't be read: ")) << kind;
    }
    EXPECT_EQ(run(workspace, {.arguments = {"completion", "--", "go"}}).code, 0);
  }
}

TEST_F(Endless, plugin_is_an_error_and_no_question) {
  const Workspace workspace(R"({"executors": {"odd": {"plugin": "libdream_odd.so"}}, "executor": "odd",
    "projects": {"./": {"tasks": {"go": {}}}}})");
  for (const std::string& kind : kinds) {
    put(kind, workspace.root() / "libdream_odd.so");
    EXPECT_EQ(run(workspace, {.arguments = {"go"}}).code, 2) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"go", "--trust"}}).code, 2) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"list"}}).code, 0) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"plan", "go"}}).code, 0) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"plugin", "list"}}).code, 0) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"plugin", "trust", "libdream_odd.so"}}).code, 2) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"completion", "--", "g"}}).code, 0) << kind;
  }
}

TEST_F(Endless, package_json_is_a_problem_of_its_project) {
  const Workspace workspace(R"({"executor": "npm", "projects": {"./a": {"tasks": {"go": {}}}}})");
  for (const std::string& kind : kinds) {
    put(kind, workspace.root() / "a/package.json");
    EXPECT_EQ(run(workspace, {.arguments = {"list"}}).code, 0) << kind;
    EXPECT_EQ(run(workspace, {.arguments = {"completion", "--", "g"}, .folder = "a"}).code, 0) << kind;
  }
}

TEST_F(Endless, env_file_is_an_error_of_a_run_and_a_pipe_none_of_a_plan) {
  const Workspace workspace(
      R"({"projects": {"./a": {"envFile": "e", "tasks": {"go": {"command": "true"}}}}})");
  for (const std::string& kind : kinds) {
    put(kind, workspace.root() / "a/e");
    EXPECT_EQ(run(workspace, {.arguments = {"plan", "go"}, .folder = "a"}).code, 0) << kind;
  }
  put("fifo", workspace.root() / "a/e");
  const Finished refused = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err,
              HasSubstr("a/e: the file can't be read: it is a pipe, and its end didn't come within 2"));
}

}  // namespace
}  // namespace dream::e2e
