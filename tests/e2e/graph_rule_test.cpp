#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "e2e/dream_run.hpp"

/// Entries "^": what manifests name.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(GraphRule, says_which_development_dependencies_a_cycle_keeps_out) {
  const Workspace workspace(R"({"workspace": {"./p/*": {"build": ["^"]}},
    "projects": {"./p/*": {"executor": "npm"}}})");
  workspace.write("package.json", R"({"workspaces": ["p/*"]})");
  const std::string build = R"("scripts": {"build": "true"}, )";
  workspace.write("p/a/package.json",
                  "{" + build + R"("name": "a", "devDependencies": {"b": "*", "d": "*"}})");
  workspace.write("p/b/package.json", "{" + build + R"("name": "b", "dependencies": {"a": "*"}})");
  workspace.write("p/c/package.json", "{" + build + R"("name": "c"})");
  workspace.write("p/d/package.json", R"({"name": "d", "dependencies": {"a": "*", "c": "*"}})");
  const std::string said = "./p/a doesn't wait for ./p/b:build";
  const std::string plan = run(workspace, {.arguments = {"plan", "./p/a:build"}}).out;
  EXPECT_THAT(plan,
              HasSubstr("\nNot waited for (a development or peer dependency that would close a cycle of "
                        "manifests)\n  " +
                        said + "\n  ./p/a doesn't wait for ./p/c:build\n"))
      << "also what is behind one that lacks the task";
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "./p/b:build", "--no-recursive"}}).out, HasSubstr(said));
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "./p/c:build"}}).out, Not(HasSubstr("Not waited for")));
  const std::string json = run(workspace, {.arguments = {"plan", "./p/a:build", "--json"}}).out;
  EXPECT_THAT(on_one_line(json), HasSubstr(R"("notFollowed": [{"project": "./p/a","id": "./p/b:build"},{)"));
  const Finished valid = run(workspace, {.arguments = {"validate", "--strict"}});
  EXPECT_THAT(valid.out,
              HasSubstr("dream.json:1:36: note: " + said +
                        ", a development or peer dependency that would close a cycle of manifests; and 1 "
                        "more like it\n"));
  EXPECT_EQ(valid.code, 0) << "nothing in dream.json is wrong";
  EXPECT_THAT(run(workspace, {.arguments = {"-d", "./p/a:build"}}).err, HasSubstr(said));
}

/// Circles of development are broken first: app needs its peer core, which tests itself with app.
TEST(GraphRule, follows_a_peer_unless_that_closes_a_cycle_of_what_lasts) {
  const Workspace workspace(R"({"workspace": {"./p/*": {"build": ["^"]}},
    "projects": {"./p/*": {"executor": "npm"}}})");
  workspace.write("package.json", R"({"workspaces": ["p/*"]})");
  const auto package = [&](const std::string& name, const std::string& needs) {
    workspace.write("p/" + name + "/package.json",
                    R"({"scripts": {"build": "true"}, "name": ")" + name + R"(", )" + needs + "}");
  };
  package("core", R"("devDependencies": {"app": "*"})");
  package("app", R"("peerDependencies": {"core": "*"})");
  package("preset", R"("dependencies": {"plugin": "*"})");
  package("plugin", R"("peerDependencies": {"preset": "*"})");
  const auto planned = [&](const std::string& project) {
    return run(workspace, {.arguments = {"plan", project + ":build"}}).out;
  };
  EXPECT_THAT(planned("./p/app"), AllOf(HasSubstr("1  ./p/core:build"), HasSubstr("2  ./p/app:build")));
  EXPECT_THAT(planned("./p/core"),
              AllOf(HasSubstr(": 1 step"), HasSubstr("./p/core doesn't wait for ./p/app:build")));
  EXPECT_THAT(planned("./p/preset"),
              AllOf(HasSubstr("1  ./p/plugin:build"), HasSubstr("2  ./p/preset:build")));
  EXPECT_THAT(planned("./p/plugin"),
              AllOf(HasSubstr(": 1 step"), HasSubstr("./p/plugin doesn't wait for ./p/preset:build")));
}

TEST(GraphRule, says_nothing_of_what_is_waited_for_through_another) {
  const Workspace workspace(R"({"workspace": {"./p/*": {"build": ["^"]}},
    "projects": {"./p/*": {"executor": "npm"}}})");
  workspace.write("package.json", R"({"workspaces": ["p/*"]})");
  const std::string build = R"({"scripts": {"build": "true"}, )";
  workspace.write("p/a/package.json",
                  build + R"("name": "a", "dependencies": {"q": "*"}, "devDependencies": {"x": "*"}})");
  workspace.write("p/q/package.json", build + R"("name": "q", "dependencies": {"x": "*"}})");
  workspace.write("p/x/package.json", build + R"("name": "x", "devDependencies": {"a": "*"}})");
  const std::string plan = run(workspace, {.arguments = {"plan", "./p/a:build"}}).out;
  EXPECT_THAT(plan,
              AllOf(HasSubstr("./p/x doesn't wait for ./p/a:build"), Not(HasSubstr("./p/a doesn't wait"))));
}

TEST(GraphRule, runs_what_manifests_name_through_those_that_lack_the_task) {
  const Workspace workspace(R"({"workspace": {"./packages/*": {"build": ["^"]}},
    "projects": {"./packages/*": {"executor": "npm"}}})");
  workspace.write("package.json", R"({"workspaces": ["packages/*"]})");
  const auto package = [&](const std::string& name, const std::string& needs, const std::string& scripts) {
    workspace.write("packages/" + name + "/package.json", R"({"name": "@x/)" + name +
                                                              R"(", "version": "1.0.0", "dependencies": {)" +
                                                              needs + R"(}, "scripts": {)" + scripts + "}}");
  };
  const std::string build = R"("build": "echo built")";
  package("app", R"("@x/between": "*", "@x/ui": "^1.0.0")", build);
  package("between", R"("@x/core": "*")", "");
  package("ui", R"("@x/core": "*")", build);
  package("core", "", build);
  const Finished finished =
      run(workspace, {.arguments = {"plan", "build", "-j", "2"}, .folder = "packages/app"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("1  ./packages/core:build"), HasSubstr("2  ./packages/ui:build"),
                                  HasSubstr("3  ./packages/app:build"), Not(HasSubstr("between"))));
}

}  // namespace
}  // namespace dream::e2e
