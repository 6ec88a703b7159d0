#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "plugin/validate_options.hpp"

/// The schemas of the executors that are shipped, as dream enforces them.
namespace dream::plugin {
namespace {

/// "ok", or "where: message (hint)".
std::string verdict(const std::string& plugin, const std::string& options) {
  std::ifstream file(std::string(DREAM_PLUGIN_SOURCES) + "/" + plugin + "/options.schema.json");
  const std::string schema{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(schema, "");
  const auto valid = validate_options(schema, options);
  return valid ? "ok" : to_string(valid.error());
}

TEST(PluginSchemas, of_npm) {
  EXPECT_EQ(verdict("npm", R"({"packageManager": "auto", "script": "a", "args": ["", "b"], "ifPresent": true,
                               "nodeOptions": "--inspect"})"),
            "ok");
  EXPECT_EQ(verdict("npm", R"({"nodeOptions": ["--inspect", "--no-warnings"]})"), "ok");
  EXPECT_EQ(verdict("npm", R"({"packageManager": "yam"})"),
            R"(/packageManager: expected "auto", "npm", "pnpm", "yarn" or "bun", found the string "yam")");
  EXPECT_EQ(verdict("npm", R"({"arg": []})"), R"(/arg: there is no option "arg" (did you mean "args"?))");
  EXPECT_EQ(verdict("npm", R"({"args": "x"})"), R"(/args: expected an array, found the string "x")");
  EXPECT_NE(verdict("npm", R"({"script": ""})"), "ok");
  EXPECT_NE(verdict("npm", R"({"nodeOptions": 1})"), "ok");
}

TEST(PluginSchemas, of_deno) {
  EXPECT_EQ(verdict("deno", R"({"script": "a.ts", "permissions": {"read": true, "net": ["a"], "run": false},
                                "config": "d.json", "unstable": ["kv", "worker-options"], "flags": ["-q"],
                                "args": [""]})"),
            "ok");
  EXPECT_EQ(verdict("deno", R"({"permissions": true})"), "ok");
  EXPECT_EQ(verdict("deno", R"({"permissions": "server"})"), "ok");
  EXPECT_NE(verdict("deno", R"({"permissions": false})"), "ok");
  EXPECT_NE(verdict("deno", R"({"permissions": {"reed": true}})"), "ok");
  EXPECT_NE(verdict("deno", R"({"permissions": {"read": "a"}})"), "ok");
  EXPECT_EQ(verdict("deno", R"({"permissions": {"read": []}})"), "ok") << "the executor says what is wrong";
  EXPECT_NE(verdict("deno", R"({"unstable": ["--unstable-kv"]})"), "ok");
  EXPECT_EQ(verdict("deno", R"({"tasks": "a"})"),
            R"(/tasks: there is no option "tasks" (did you mean "task"?))");
}

TEST(PluginSchemas, of_shell) {
  EXPECT_EQ(verdict("shell", R"({"shell": "zsh", "login": true, "strict": false})"), "ok");
  EXPECT_EQ(verdict("shell", R"({"shell": ["fish", "-c"]})"), "ok");
  EXPECT_NE(verdict("shell", R"({"shell": "fish"})"), "ok");
  EXPECT_NE(verdict("shell", R"({"shell": []})"), "ok");
  EXPECT_EQ(verdict("shell", R"({"strict": 1})"), "/strict: expected true or false, found the number 1");
}

TEST(PluginSchemas, of_other_machines_take_numbers_that_can_be_sent) {
  const auto docker = [](const std::string& more) {
    return verdict("docker", R"({"image": "a", )" + more + "}");
  };
  EXPECT_EQ(docker(R"("ulimits": {"nofile": 9223372036854775807, "nproc": {"soft": 1, "hard": -1}})"), "ok");
  EXPECT_NE(docker(R"("ulimits": {"nofile": 18446744073709551615})"), "ok");
  EXPECT_NE(docker(R"("ulimits": {"nofile": {"soft": 1, "hard": 9223372036854775808}})"), "ok");
  EXPECT_NE(docker(R"("cpus": 1e300)"), "ok");
  EXPECT_EQ(verdict("kubernetes", R"({"image": "a", "cpus": 0.5})"), "ok");
  EXPECT_NE(verdict("kubernetes", R"({"image": "a", "cpus": 1e300})"), "ok");
  EXPECT_NE(verdict("kubernetes", R"({"image": "a", "cpus": -1})"), "ok");
  EXPECT_EQ(verdict("slurm", R"({"gpus": "a100:2"})"), "ok");
  EXPECT_NE(verdict("slurm", R"({"gpus": 18446744073709551615})"), "ok");
}

}  // namespace
}  // namespace dream::plugin
