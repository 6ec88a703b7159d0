#include <gmock/gmock.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>

#include "executor_fixture.hpp"

namespace dream::plugin {
namespace {

using dream::testing::FakeFoundTask;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Npm : public ExecutorTest {
 protected:
  Npm() {
    install({"pnpm", "yarn", "bun"});
    install_npm("11.6.0");
  }

  /// As it lies in a system: a link to a file of its package.
  void install_npm(const std::string& version) const {
    folder.write("npm/package.json", R"({"name": "npm", "version": ")" + version + "\"}");
    ::chmod(folder.write("npm/bin/npm-cli.js").c_str(), 0755);
    std::filesystem::remove(search_path() + "/npm");
    std::filesystem::create_symlink("../npm/bin/npm-cli.js", search_path() + "/npm");
  }

  void package(const std::string& text) const { folder.write("web/package.json", text); }
  void scripts(const std::string& members) const { package(R"({"scripts": {)" + members + "}}"); }
  /// Which program runs "dev".
  std::string runner(const std::string& options = "{}") {
    const std::vector<std::string> words = argv(task("dev", options));
    return words.empty() ? plugin.error().message : words.front();
  }
};

TEST_F(Npm, runs_the_script_of_the_tasks_name) {
  scripts(R"("dev": "vite")");
  const auto started = child(task("dev"));
  ASSERT_TRUE(started);
  EXPECT_THAT(started->argv, ElementsAre("npm", "run", "dev"));
  EXPECT_EQ(started->directory, root() + "/web");
  EXPECT_THAT(started->environment, Contains("PATH=" + search_path()));
  EXPECT_THAT(started->relays, Contains("npm")) << "it forwards signals";
}

TEST_F(Npm, has_no_script_that_is_a_comment) {
  scripts(R"("// dev": "----", "build": "vite")");
  EXPECT_THAT(failure(task("// dev")), HasSubstr("its scripts are build ("));
}

TEST_F(Npm, runs_another_script_when_it_is_named) {
  scripts(R"("dev:fast": "vite")");
  EXPECT_THAT(argv(task("dev", R"({"script": "dev:fast"})")), ElementsAre("npm", "run", "dev:fast"));
}

TEST_F(Npm, runs_a_script_whose_name_could_be_an_option) {
  scripts(R"("-x": "vite")");
  auto dashed = task("dev", R"({"script": "-x"})");
  dashed.arguments = {"a", "--", "b"};
  EXPECT_THAT(argv(dashed), ElementsAre("npm", "run", "--", "-x", "a", "--", "b"));
  dashed.options = R"({"script": "-x", "packageManager": "bun"})";
  EXPECT_THAT(argv(dashed), ElementsAre("bun", "run", "--", "-x", "a", "--", "b"));
}

TEST_F(Npm, keeps_the_first_dashes_of_the_arguments) {
  scripts(R"("dev": "vite")");
  auto dev = task("dev", R"({"packageManager": "npm"})");
  dev.arguments = {"--", "x"};
  EXPECT_THAT(argv(dev), ElementsAre("npm", "run", "dev", "--", "--", "x"));
  dev.options = R"({"packageManager": "bun"})";
  EXPECT_THAT(argv(dev), ElementsAre("bun", "run", "dev", "--", "--", "x"));
  dev.arguments = {"x", "--"};
  EXPECT_THAT(argv(dev), ElementsAre("bun", "run", "dev", "x", "--"));
}

/// How often a file has been opened since this was made.
class Openings {
 public:
  explicit Openings(const std::string& file) {
    ::inotify_add_watch(events_, file.c_str(), IN_OPEN | IN_CLOSE_NOWRITE);
  }
  ~Openings() { ::close(events_); }
  Openings(const Openings&) = delete;
  Openings& operator=(const Openings&) = delete;

  [[nodiscard]] std::size_t count() const {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    const ssize_t size = ::read(events_, buffer.data(), buffer.size());
    return size < 0 ? 0 : static_cast<std::size_t>(size) / (2 * sizeof(inotify_event));  // and closed
  }

 private:
  int events_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
};

TEST_F(Npm, reads_a_package_json_again_only_when_it_has_changed) {
  folder.write("package.json", R"({"packageManager": "yarn@4.0.0"})");
  scripts(R"("dev": "vite")");
  const Openings above(root() + "/package.json");
  const Openings own(root() + "/web/package.json");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(runner(), "yarn");
  EXPECT_THAT(plugin.needed(project()), IsEmpty());
  EXPECT_EQ(above.count(), 1U);
  EXPECT_EQ(own.count(), 1U);
  folder.write("package.json", R"({"packageManager": "pnpm@9.0.0"})");
  scripts(R"("build": "vite")");
  EXPECT_THAT(failure(task("dev")), HasSubstr("its scripts are build"));
  EXPECT_EQ(runner(R"({"script": "build"})"), "pnpm");
}

TEST_F(Npm, gives_arguments_to_the_script_and_not_to_the_package_manager) {
  scripts(R"("dev": "vite")");
  auto dev = task("dev", R"({"args": ["--port", "1"]})");
  dev.arguments = {"a b", "--open"};
  EXPECT_THAT(argv(dev), ElementsAre("npm", "run", "dev", "--", "--port", "1", "a b", "--open"));
  dev.options = R"({"packageManager": "pnpm"})";
  EXPECT_THAT(argv(dev), ElementsAre("pnpm", "run", "dev", "a b", "--open"))
      << "it would pass on the -- as well";
}

TEST_F(Npm, keeps_an_old_npm_from_losing_the_exit_code_in_a_workspace) {
  scripts(R"("dev": "vite")");
  for (const char* version : {"9.2.0", "10.8.2", "no version"}) {
    install_npm(version);
    EXPECT_THAT(argv(task("dev")), ElementsAre("npm", "run", "--workspaces=false", "dev")) << version;
  }
  for (const char* version : {"10.9.0", "11.0.0-pre.1", "12.1.0"}) {
    install_npm(version);
    EXPECT_THAT(argv(task("dev")), ElementsAre("npm", "run", "dev")) << version;
  }
  std::filesystem::remove(search_path() + "/npm");
  install({"npm"});
  EXPECT_THAT(argv(task("dev")), ElementsAre("npm", "run", "--workspaces=false", "dev"))
      << "one that can't be told";
}

TEST_F(Npm, uses_the_package_manager_that_package_json_declares) {
  package(R"({"packageManager": "pnpm@9.1.0+sha256.abc", "scripts": {"dev": "vite"}})");
  folder.write("web/yarn.lock");
  EXPECT_EQ(runner(), "pnpm");
  EXPECT_EQ(runner(R"({"packageManager": "auto"})"), "pnpm");
  EXPECT_EQ(runner(R"({"packageManager": "bun"})"), "bun") << "the option decides";
}

TEST_F(Npm, or_that_its_development_engines_name) {
  folder.write("web/yarn.lock");
  package(R"({"devEngines": {"packageManager": {"name": "pnpm"}}, "scripts": {"dev": "vite"}})");
  EXPECT_EQ(runner(), "pnpm");
  package(
      R"({"devEngines": {"packageManager": [{"name": "vlt"}, {"name": "bun"}]}, "scripts": {"dev": "vite"}})");
  EXPECT_EQ(runner(), "bun") << "the first that is known";
  package(R"({"devEngines": {"packageManager": {"name": "pnpm"}}, "packageManager": "npm@10.9.0",
              "scripts": {"dev": "vite"}})");
  EXPECT_EQ(runner(), "npm");
  package(R"({"packageManager": ">=pnpm@10.9.0", "scripts": {"dev": "vite"}})");
  EXPECT_EQ(runner(), "pnpm") << "though that is a range";
  package(
      R"({"devEngines": {"runtime": {"name": "node"}, "packageManager": 5}, "scripts": {"dev": "vite"}})");
  EXPECT_EQ(runner(), "yarn") << "it says nothing of a package manager";
  package(R"({"devEngines": {"packageManager": {"name": "vlt"}}, "scripts": {"dev": "vite"}})");
  EXPECT_THAT(failure(task("dev")), HasSubstr("the package manager \"vlt\" isn't known"));
}

TEST_F(Npm, else_the_one_whose_lock_file_is_there) {
  for (const auto& [lock_file, manager] :
       std::vector<std::pair<std::string, std::string>>{{"package-lock.json", "npm"},
                                                        {"npm-shrinkwrap.json", "npm"},
                                                        {"pnpm-lock.yaml", "pnpm"},
                                                        {"yarn.lock", "yarn"},
                                                        {"bun.lock", "bun"},
                                                        {"bun.lockb", "bun"}}) {
    scripts(R"("dev": "vite")");
    const auto file = folder.write("web/" + lock_file);
    EXPECT_EQ(runner(), manager);
    std::filesystem::remove(file);
  }
  EXPECT_EQ(runner(), "npm");
}

TEST_F(Npm, looks_for_both_up_to_the_workspace_root_and_not_above) {
  scripts(R"("dev": "vite")");
  folder.write("yarn.lock");
  EXPECT_EQ(runner(), "yarn");
  folder.write("package.json", R"({"packageManager": "pnpm@9.0.0"})");
  EXPECT_EQ(runner(), "pnpm") << "what is declared counts more than a lock file";
  dream::testing::PluginDriver below(host, dream_plugin_v1);
  below.create({.root = root() + "/web", .path = "./", .directory = root() + "/web"});
  below.start(task("dev"));
  EXPECT_EQ(host.children().back().argv.front(), "npm");
  host.exit_child(host.children().size() - 1, DREAM_EXIT_CODE, 0);  // the run ends before its executor
}

TEST_F(Npm, does_not_guess_what_an_unknown_package_manager_is) {
  package(R"({"packageManager": "cnpm@9.0.0", "scripts": {"dev": "vite"}})");
  EXPECT_EQ(failure(task("dev")), root() +
                                      "/web/package.json: the package manager \"cnpm@9.0.0\" isn't known "
                                      "(set the option \"packageManager\" to npm, pnpm, yarn or bun)");
}

TEST_F(Npm, a_missing_script_lists_those_there_are) {
  scripts(R"("test": "jest", "build": "tsc", "odd": 3)");
  EXPECT_EQ(failure(task("dev")),
            "./web has no script \"dev\" in its package.json; its scripts are build, test "
            "(write it, or name another one in the option \"script\")");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  package("{}");
  EXPECT_THAT(failure(task("dev")),
              StartsWith("./web has no script \"dev\" in its package.json, and no others"));
  EXPECT_THAT(host.children(), IsEmpty());
}

TEST_F(Npm, a_missing_script_is_nothing_to_do_if_the_task_says_so) {
  scripts(R"("test": "jest")");
  EXPECT_THAT(argv(task("dev", R"({"ifPresent": true})")), ElementsAre("true"));
  EXPECT_THAT(argv(task("test", R"({"ifPresent": true})")), ElementsAre("npm", "run", "test"));
}

TEST_F(Npm, starts_server_js_where_npm_would) {
  package("{}");
  EXPECT_THAT(failure(task("start")), StartsWith("./web has no script"));
  folder.write("web/server.js");
  EXPECT_THAT(argv(task("start")), ElementsAre("npm", "run", "start"));
  EXPECT_THAT(failure(task("start", R"({"packageManager": "yarn"})")), StartsWith("./web has no script"));
}

TEST_F(Npm, a_missing_package_json_is_named) {
  folder.write("web/readme");
  EXPECT_EQ(failure(task("dev")),
            "./web has no package.json (make one (npm init), or give the project another executor)");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
}

TEST_F(Npm, a_broken_package_json_is_shown_with_its_place) {
  package("{\n  \"name\": \"wéb\" \"scripts\": {}\n}");
  EXPECT_THAT(failure(task("dev")),
              StartsWith(root() + "/web/package.json:2:17: missing a comma or '}' after"));
  package("{ // no comments here\n}");
  EXPECT_THAT(failure(task("dev")), StartsWith(root() + "/web/package.json:1:3: missing a name"));
  package("[]");
  EXPECT_THAT(failure(task("dev")), StartsWith(root() + "/web/package.json:1:1: expected an object"));
}

TEST_F(Npm, a_byte_order_mark_is_no_fault) {
  package("\xEF\xBB\xBF{\"scripts\": {\"dev\": \"vite\"}}");
  EXPECT_EQ(runner(), "npm");
}

TEST_F(Npm, a_missing_tool_says_what_to_install) {
  scripts(R"("dev": "vite")");
  std::filesystem::remove_all(search_path());
  EXPECT_EQ(failure(task("dev")),
            "npm is not installed: no folder of PATH has it "
            "(install Node.js, which brings npm (Debian: apt-get install nodejs npm))");
  EXPECT_EQ(failure(task("dev", R"({"packageManager": "pnpm"})")),
            "pnpm is not installed: no folder of PATH has it (npm install -g pnpm)");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
}

TEST_F(Npm, node_options_are_for_the_script_alone_where_that_can_be_said) {
  scripts(R"("dev": "vite")");
  auto dev = task("dev", R"({"nodeOptions": ["--inspect", "--no-warnings"]})");
  dev.environment.emplace_back("NODE_OPTIONS=--title=x");
  const auto with_npm = child(dev);
  ASSERT_TRUE(with_npm);
  EXPECT_THAT(with_npm->environment, Contains("npm_config_node_options=--title=x --inspect --no-warnings"));
  EXPECT_THAT(with_npm->environment, Contains("NODE_OPTIONS=--title=x"));
  dev.options = R"({"nodeOptions": "--inspect", "packageManager": "yarn"})";
  const auto with_yarn = child(dev);
  ASSERT_TRUE(with_yarn);
  EXPECT_THAT(with_yarn->environment, Contains("NODE_OPTIONS=--title=x --inspect"));
  EXPECT_THAT(with_yarn->environment, Not(Contains("NODE_OPTIONS=--title=x")));
}

TEST_F(Npm, keeps_the_package_manager_from_asking_for_updates_unless_told_otherwise) {
  scripts(R"("dev": "vite")");
  EXPECT_THAT(child(task("dev"))->environment, Contains("npm_config_update_notifier=false"));
  auto told = task("dev");
  told.environment.emplace_back("npm_config_update_notifier=true");
  EXPECT_THAT(child(told)->environment, Not(Contains("npm_config_update_notifier=false")));
}

TEST_F(Npm, refuses_a_command) {
  scripts(R"("dev": "vite")");
  auto line = task("dev");
  line.command_line = "vite";
  EXPECT_THAT(failure(line), StartsWith("the npm executor runs scripts of package.json, and no command"));
  auto words = task("dev");
  words.command_argv = {"vite"};
  EXPECT_THAT(failure(words), StartsWith("the npm executor runs scripts of package.json, and no command"));
}

TEST_F(Npm, finds_the_scripts_of_a_folder_in_order_of_name) {
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_EQ(plugin.error().count, 0) << "a folder without package.json is fine";
  scripts(R"("test": "jest", "build": "tsc")");
  EXPECT_THAT(plugin.discover(project()), ElementsAre(FakeFoundTask{"build", "tsc", "package.json"},
                                                      FakeFoundTask{"test", "jest", "package.json"}));
  package("{");
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_THAT(plugin.error().message, StartsWith(root() + "/web/package.json:1:2: "));
}

TEST_F(Npm, does_not_take_scripts_that_it_cannot_understand_for_absent) {
  scripts(R"("build": 5, "//": ["a comment"], "test": "jest")");
  EXPECT_THAT(plugin.discover(project()), ElementsAre(FakeFoundTask{"build", "", "package.json", true},
                                                      FakeFoundTask{"test", "jest", "package.json"}));
  EXPECT_THAT(failure(task("build")), HasSubstr(R"(something else than a command as "build")"));
  package(R"({"scripts": []})");
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  const std::string why = root() + R"(/web/package.json: "scripts" is no object)";
  EXPECT_EQ(plugin.error().message, why);
  EXPECT_EQ(failure(task("build")), why + " ()");
  package(R"({"scripts": null})");
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_EQ(plugin.error().count, 0);
  std::filesystem::remove(root() + "/web/package.json");
  std::filesystem::create_symlink("package.json", root() + "/web/package.json");  // to itself
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_THAT(plugin.error().message, HasSubstr("package.json can't be read: Too many levels"));
}

TEST_F(Npm, knows_whether_the_projects_package_manager_is_installed) {
  const ScopedSearchPath path(search_path());
  scripts(R"("dev": "vite")");
  EXPECT_TRUE(plugin.tool(project()));
  std::filesystem::remove(search_path() + "/pnpm");
  EXPECT_TRUE(plugin.tool(project()));
  EXPECT_FALSE(plugin.tool(project(R"({"packageManager": "pnpm"})")));
  EXPECT_EQ(plugin.error().hint, "npm install -g pnpm");
}

TEST_F(Npm, describes_what_it_would_run) {
  scripts(R"("dev": "vite")");
  auto dev = task("dev");
  dev.arguments = {"--port", "3 000"};
  EXPECT_EQ(plugin.describe(dev), "npm run dev -- --port '3 000'");
  EXPECT_EQ(plugin.describe(task("nothing")), "");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
}

}  // namespace
}  // namespace dream::plugin
