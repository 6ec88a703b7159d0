// The project's folder, copied into a Pod of a real cluster.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "cluster_fixture.hpp"

namespace dream::kubernetes::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using far::task;
using ::testing::HasSubstr;

constexpr const char* copied = R"("mount": {"copy": true, "path": "/project"})";

struct PodCopy : ::testing::Test {
  Cluster cluster;
};

TEST_F(PodCopy, has_the_projects_files_before_its_command_starts) {
  PodWorkspace workspace(task("go",
                              "pwd; cat text; cat sub/'a b'/ü; cat link; sub/program; cat large | wc -c; "
                              "touch new; [ ! -e .git ]"),
                         copied);
  workspace.write("a/text", "a text\n");
  workspace.write("a/sub/a b/ü", "deep\n");
  workspace.write("a/.git/config", "not copied");
  workspace.write("a/large", far::fifty_megabytes().substr(0, 20'000'000));
  workspace.script("a/sub/program", "#!/bin/sh\necho it runs\n");
  std::filesystem::create_symlink("text", workspace.root() / "a/link");
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out, "/project\na text\ndeep\na text\nit runs\n20000000\n");
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "a/new")) << "nothing is copied back";
  cluster.expect_nothing();
}

TEST_F(PodCopy, leaves_out_what_is_named) {
  PodWorkspace workspace(task("go", "echo * sub/*"),
                         R"("mount": {"copy": true, "path": "/project", "exclude": ["node_modules"]})");
  workspace.write("a/sub/kept", "");
  workspace.write("a/sub/node_modules/x", "");
  workspace.write("a/node_modules/x", "");
  EXPECT_EQ(run(workspace, workspace.launch({"go", "-o", "raw"})).out, "sub sub/kept\n");
}

TEST_F(PodCopy, that_can_not_be_made_is_told_with_what_to_do) {
  PodWorkspace workspace(
      task("both", "true", R"(, "options": {"mount": {"copy": true, "claim": "x", "path": "/p"}})") + ", " +
      task("neither", "true", R"(, "options": {"mount": {"path": "/p"}})") + ", " +
      task("large", "true", R"(, "options": {"mount": {"copy": true, "path": "/p"}})") + ", " +
      task("tool", "true",
           R"(, "options": {"mount": {"copy": true, "path": "/p", "exclude": ["large"]},
                   "podTemplate": {"spec": {"initContainers": [{"name": "copy", "volumeMounts": [{"name": "project", "readOnly": true}]}]}}})"));
  workspace.write("a/small", "");
  workspace.write("a/large", "");
  std::filesystem::resize_file(workspace.root() / "a/large", 70'000'000);
  for (const auto& [name, told] : {std::pair{"both", "a mount is either a volume or a copy"},
                                   {"neither", "a mount is either a volume or a copy"},
                                   {"large", "it has more than 64 MiB"},
                                   {"tool", "be copied into its Pod: tar: "}}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_NE(finished.code, 0) << name;
    EXPECT_THAT(finished.err, HasSubstr(told));
  }
  cluster.expect_nothing();
}

TEST_F(PodCopy, that_waits_for_a_node_is_taken_back) {
  const PodWorkspace waiting(task("go", "true"),
                             std::string(copied) + R"(, "nodeSelector": {"disk": "none"})");
  DreamRun dream(waiting, waiting.launch({"go", "--debug"}));
  dream.await_err("waits for a node: 0/2 nodes are available");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.expect_nothing();
}

}  // namespace
}  // namespace dream::kubernetes::testing
