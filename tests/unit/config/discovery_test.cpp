#include "config/discovery.hpp"

#include <sys/stat.h>

#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(Discovery, takes_the_nearest_file_above) {
  const TemporaryFolder folder;
  folder.write("dream.json", "{}");
  folder.write("a/dream.json", "{}");
  fs::create_directories(folder.path() / "a/b/c");
  const auto found = discover(folder.path() / "a/b/c");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, folder.path() / "a/dream.json");
  EXPECT_THAT(found->looked_in,
              ElementsAre(folder.path() / "a/b/c", folder.path() / "a/b", folder.path() / "a"));
  EXPECT_EQ(discover(folder.path())->file, folder.path() / "dream.json");
}

TEST(Discovery, looks_above_a_symbolic_link_first_and_then_where_it_leads) {
  const TemporaryFolder folder;
  folder.write("workspace/dream.json", "{}");
  folder.write("elsewhere/dream.json", "{}");
  fs::create_directories(folder.path() / "elsewhere/api/src");
  fs::create_directories(folder.path() / "workspace/services");
  fs::create_directory_symlink("../../elsewhere/api", folder.path() / "workspace/services/api");
  fs::create_directory_symlink("elsewhere/api", folder.path() / "alone");
  for (const char* way : {"workspace/services/api", "workspace/services/api/", "workspace/services/./api/src",
                          "workspace/services/api/src/.."}) {
    EXPECT_EQ(discover(folder.path() / way)->file, folder.path() / "workspace/dream.json") << way;
  }
  EXPECT_EQ(discover(folder.path() / "alone")->file, folder.path() / "elsewhere/dream.json");
  // The parent that the system knows of a link's folder is not what stands before it.
  EXPECT_EQ(discover(folder.path() / "workspace/services/api/..")->file,
            folder.path() / "elsewhere/dream.json");
}

TEST(Discovery, passes_over_a_folder_of_that_name_and_tells_of_a_broken_link) {
  const TemporaryFolder folder;
  folder.write("dream.json", "{}");
  fs::create_directories(folder.path() / "a/dream.json");
  EXPECT_EQ(discover(folder.path() / "a")->file, folder.path() / "dream.json");
  fs::create_directory(folder.path() / "b");
  fs::create_symlink("nowhere", folder.path() / "b/dream.json");
  const auto broken = discover(folder.path() / "b");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().where, (folder.path() / "b/dream.json").string());
  EXPECT_EQ(broken.error().message, "the file can't be read: No such file or directory");
}

TEST(Discovery, refuses_a_fifo_of_that_name_instead_of_waiting_for_its_writer) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder.path() / "dream.json").c_str(), 0600), 0);
  const auto found = discover(folder.path());
  ASSERT_TRUE(found);
  const auto refused = load(*found->opened, *found->file, bundled_executors);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, (folder.path() / "dream.json").string());
  EXPECT_EQ(refused.error().message, "the file can't be read: it is a pipe");
}

TEST(Discovery, reads_the_file_that_it_has_judged) {
  const TemporaryFolder folder;
  folder.write("dream.json", R"({"executor": "npm"})");
  const auto found = discover(folder.path());
  fs::remove(folder.path() / "dream.json");
  folder.write("dream.json", R"({"executor": "deno"})");
  EXPECT_EQ(load(*found->opened, *found->file, bundled_executors)->workspace.executor, "npm");
}

TEST(Discovery, refuses_a_file_that_everybody_may_write_to_unless_its_folder_is_trusted) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.write("a/dream.json", "{}").c_str(), 0666), 0);
  fs::create_directories(folder.path() / "a/b");
  const auto refused = discover(folder.path() / "a/b");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::configuration);
  EXPECT_EQ(refused.error().where, (folder.path() / "a/dream.json").string());
  EXPECT_THAT(refused.error().hint, HasSubstr("`dream trust " + (folder.path() / "a").string() + "`"));
  EXPECT_TRUE(discover(folder.path() / "a/b", Obeyed::everybody));
  const auto trusts = [](const fs::path& trusted) {
    return [trusted](const fs::path& root) { return root == trusted; };
  };
  EXPECT_TRUE(discover(folder.path() / "a/b", Obeyed::by_rule, trusts(folder.path() / "a")));
  EXPECT_FALSE(discover(folder.path() / "a/b", Obeyed::by_rule, trusts(folder.path())));
}

TEST(Discovery, without_a_file_tells_where_it_looked) {
  const TemporaryFolder folder;
  const auto found = discover(folder.path());
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->file) << "a dream.json lies above the folder for temporary files";
  EXPECT_EQ(found->looked_in.back(), "/");
  const Error error = no_configuration(*found);
  EXPECT_EQ(error.code, ErrorCode::configuration);
  EXPECT_EQ(error.message, "no dream.json found in " + folder.path().string() + " or any folder above");
}

TEST(Discovery, without_a_file_names_one_that_is_almost_called_so) {
  for (const char* name : {"Dream.json", "dream.jsonc"}) {
    const TemporaryFolder folder;
    const fs::path file = folder.write(name, "{}");
    fs::create_directory(folder.path() / "DREAM.JSON");
    fs::create_directory(folder.path() / "a");
    const Error error = no_configuration(*discover(folder.path() / "a"));
    EXPECT_EQ(error.hint, "rename " + file.string() + ": the name is dream.json");
  }
}

TEST(Discovery, from_a_missing_folder_is_an_error) {
  const TemporaryFolder folder;
  EXPECT_THAT(discover(folder.path() / "no").error().message, HasSubstr("No such file or directory"));
  folder.write("file", "");
  EXPECT_THAT(discover(folder.path() / "file").error().message, HasSubstr("Not a directory"));
}

class ProjectOfFolder : public testing::Test {
 protected:
  ProjectOfFolder() {
    workspace_ = workspace_of(R"({
      "workspace": {"./services/api": {"dev": ["./services/database"]}, "./deep/er": {}},
      "recursive": [{"project": "./core", "tasks": []}],
      "projects": {"./web": {}, "./packages/*": {}}})");
    workspace_.root = root_.path();
  }

  std::string of(const fs::path& folder) {
    fs::create_directories(root_.path() / folder);
    const auto project = project_of_folder(workspace_, root_.path() / folder);
    return project ? *project : to_string(project.error());
  }

  TemporaryFolder root_;
  Workspace workspace_;
};

TEST_F(ProjectOfFolder, is_the_nearest_one_that_is_named_anywhere) {
  EXPECT_EQ(of("services/api"), "./services/api");
  EXPECT_EQ(of("services/api/src/x"), "./services/api");
  EXPECT_EQ(of("services/database/sql"), "./services/database");
  EXPECT_EQ(of("core/a"), "./core");
  EXPECT_EQ(of("web/a/b"), "./web");
  EXPECT_EQ(of("packages/ui/src"), "./packages/ui");
  EXPECT_EQ(of("deep/er/and/deeper"), "./deep/er");
}

TEST_F(ProjectOfFolder, is_the_folder_itself_when_none_is_named) {
  EXPECT_EQ(of("tools/lint"), "./tools/lint");
  EXPECT_EQ(of("packages"), "./packages");
  EXPECT_EQ(of("deep"), "./deep");
  EXPECT_EQ(of(""), "./");
}

TEST_F(ProjectOfFolder, is_the_root_when_that_is_named) {
  workspace_.projects["./"];
  EXPECT_EQ(of("tools/lint"), "./");
  EXPECT_EQ(of("web"), "./web");
}

TEST_F(ProjectOfFolder, follows_symbolic_links) {
  fs::create_directories(root_.path() / "services/api/src");
  fs::create_symlink(root_.path() / "services/api/src", root_.path() / "link");
  EXPECT_EQ(of("link"), "./services/api");
  const TemporaryFolder elsewhere;
  fs::create_symlink(root_.path(), elsewhere.path() / "workspace");
  workspace_.root = elsewhere.path() / "workspace";
  EXPECT_EQ(of("web"), "./web");
}

TEST_F(ProjectOfFolder, may_lie_elsewhere_when_it_was_reached_through_the_workspace) {
  const TemporaryFolder elsewhere;
  fs::create_directories(elsewhere.path() / "api/src");
  fs::create_directories(root_.path() / "services");
  fs::create_directory_symlink(elsewhere.path() / "api", root_.path() / "services/api");
  fs::create_directory_symlink(elsewhere.path() / "api", root_.path() / "tools");
  EXPECT_EQ(of("services/api"), "./services/api");
  EXPECT_EQ(of("services/api/src"), "./services/api");
  EXPECT_EQ(of("tools/src"), "./tools/src");
}

TEST_F(ProjectOfFolder, outside_the_workspace_is_an_error) {
  const TemporaryFolder elsewhere;
  EXPECT_THAT(to_string(project_of_folder(workspace_, elsewhere.path()).error()),
              HasSubstr("outside the workspace"));
  const fs::path sibling = root_.path().string() + "-sibling";
  fs::create_directory(sibling);
  EXPECT_FALSE(project_of_folder(workspace_, sibling));
  fs::remove(sibling);
  EXPECT_FALSE(project_of_folder(workspace_, root_.path() / "missing"));
}

}  // namespace
}  // namespace dream::config
