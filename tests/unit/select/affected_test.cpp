#include "select/affected.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

/// "project: reason" of each affected project.
Words affected(const Words& projects, const Changes& changes,
               const std::optional<Words>& affects = std::nullopt, const Words& real_folders = {}) {
  Words words;
  for (const Affected& one : affected_projects(projects, changes, affects, real_folders)) {
    words.push_back(one.project + ": " + one.reason);
  }
  return words;
}

Changes files(Words names) {
  return {.files = std::move(names)};
}

Changes folders(Words names) {
  return {.folders = std::move(names)};
}

TEST(AffectedProjects, a_file_counts_for_the_deepest_project_that_it_lies_in) {
  EXPECT_THAT(affected({"./a", "./a/b"}, files({"a/b/c/file"})), ElementsAre("./a/b: a/b/c/file"));
  EXPECT_THAT(affected({"./a", "./a/b"}, files({"a/c/file"})), ElementsAre("./a: a/c/file"));
}

TEST(AffectedProjects, a_name_that_begins_alike_is_another_folder) {
  EXPECT_THAT(affected({"./api", "./ap"}, files({"api-docs/file"})), IsEmpty());
}

TEST(AffectedProjects, a_path_that_is_the_project_itself_counts_for_it) {
  EXPECT_THAT(affected({"./libs/x"}, files({"libs/x"})), ElementsAre("./libs/x: libs/x"));
}

TEST(AffectedProjects, the_first_of_several_files_is_the_reason_and_the_order_is_that_of_the_projects) {
  EXPECT_THAT(affected({"./b", "./a"}, files({"a/1", "a/2", "b/3"})), ElementsAre("./b: b/3", "./a: a/1"));
}

TEST(AffectedProjects, the_root_has_what_no_other_project_has) {
  EXPECT_THAT(affected({"./", "./a"}, files({"a/file"})), ElementsAre("./a: a/file"));
  EXPECT_THAT(affected({"./", "./a"}, files({"docs/file"})), ElementsAre("./: docs/file"));
}

TEST(AffectedProjects, a_file_outside_projects_counts_for_none) {
  EXPECT_THAT(affected({"./a"}, files({"README.md", "docs/page.md"})), IsEmpty());
}

TEST(AffectedProjects, dream_json_counts_for_all) {
  EXPECT_THAT(affected({"./a", "./b"}, files({"dream.json"})),
              ElementsAre("./a: dream.json", "./b: dream.json"));
  EXPECT_THAT(affected({"./", "./a"}, files({"dream.local.json"})),
              ElementsAre("./: dream.local.json", "./a: dream.local.json"));
  EXPECT_THAT(affected({"./a"}, files({"docs/dream.json"})), IsEmpty());
}

TEST(AffectedProjects, a_glob_of_affects_takes_the_place_of_dream_json) {
  const Words globs{"package-lock.json", "./config/**"};
  EXPECT_THAT(affected({"./a"}, files({"package-lock.json"}), globs), ElementsAre("./a: package-lock.json"));
  EXPECT_THAT(affected({"./a"}, files({"config/x/y"}), globs), ElementsAre("./a: config/x/y"));
  EXPECT_THAT(affected({"./a"}, files({"dream.json"}), globs), IsEmpty());
  EXPECT_THAT(affected({"./a"}, files({"dream.json"}), Words{}), IsEmpty());
}

TEST(AffectedProjects, a_file_of_a_project_counts_for_no_other_whatever_affects_says) {
  EXPECT_THAT(affected({"./a", "./b"}, files({"a/package.json"}), Words{"**/package.json"}),
              ElementsAre("./a: a/package.json"));
}

TEST(AffectedProjects, a_file_that_affects_names_counts_for_all_wherever_it_lies) {
  EXPECT_THAT(
      affected({"./tools", "./api"}, files({"tools/base.json"}), Words{"dream.json", "tools/base.json"}),
      ElementsAre("./tools: tools/base.json", "./api: tools/base.json"));
}

TEST(AffectedProjects, a_file_of_the_root_project_can_count_for_all) {
  EXPECT_THAT(affected({"./", "./a"}, files({"package.json"}), Words{"*.json"}),
              ElementsAre("./: package.json", "./a: package.json"));
}

TEST(AffectedProjects, a_projects_own_file_is_its_reason_before_one_of_all) {
  EXPECT_THAT(affected({"./a", "./b"}, files({"b/file", "dream.json"})),
              ElementsAre("./a: dream.json", "./b: b/file"));
}

TEST(AffectedProjects, a_folder_counts_for_those_around_it_and_in_it) {
  const Words projects{"./libs", "./libs/x/a", "./libs/x/b", "./libs/x-ray", "./libs/y"};
  EXPECT_THAT(affected(projects, folders({"libs/x"})),
              ElementsAre("./libs: libs/x/", "./libs/x/a: libs/x/", "./libs/x/b: libs/x/"));
  EXPECT_THAT(affected({"./libs/x", "./libs"}, folders({"libs/x"})), ElementsAre("./libs/x: libs/x/"));
}

TEST(AffectedProjects, the_root_as_a_folder_counts_for_all) {
  EXPECT_THAT(affected({"./", "./a"}, folders({""}), Words{}), ElementsAre("./: ./", "./a: ./"));
}

TEST(AffectedProjects, a_file_counts_for_the_links_to_the_folder_that_it_lies_in) {
  const Words projects{"./", "./real", "./link", "./to/link", "./other"};
  const Words real{"", "real", "real", "real/deep", "other"};
  EXPECT_THAT(affected(projects, files({"real/file"}), {}, real),
              ElementsAre("./real: real/file", "./link: real/file"));
  EXPECT_THAT(affected(projects, files({"real/deep/file"}), {}, real),
              ElementsAre("./real: real/deep/file", "./to/link: real/deep/file"))
      << "it lies in the one, and is seen in the other";
  EXPECT_THAT(affected(projects, files({"link"}), {}, real), ElementsAre("./link: link"))
      << "it leads elsewhere now";
  EXPECT_THAT(affected(projects, folders({"real"}), {}, real),
              ElementsAre("./real: real/", "./link: real/", "./to/link: real/"));
}

TEST(AffectedProjects, what_changes_outside_counts_for_links_to_there_alone) {
  const Words projects{"./", "./link", "./deep", "./far"};
  const Words real{"", "../shared", "../shared/deep", "../../far/x"};
  const auto outside = [&](Words paths) {
    return affected(projects, {.outside = std::move(paths)}, Words{"**"}, real);
  };
  EXPECT_THAT(outside({"../shared/file"}), ElementsAre("./link: ../shared/file"));
  EXPECT_THAT(outside({"../shared/deep/file"}), ElementsAre("./deep: ../shared/deep/file"));
  EXPECT_THAT(outside({"../file", "../../file", "../shared-too/file"}), IsEmpty());
  EXPECT_THAT(outside({"../../far"}), ElementsAre("./far: ../../far")) << "a submodule";
  EXPECT_THAT(affected({"./up"}, {.outside = {"../file"}}, {}, {".."}), ElementsAre("./up: ../file"));
}

TEST(RealFolders, are_those_that_links_lead_to) {
  TemporaryFolder folder;
  const fs::path root = folder.path() / "top/work";
  for (const char* one : {"real/deep", "../shared"}) fs::create_directories(root / one);
  fs::create_directory_symlink("real", root / "link");
  fs::create_directory_symlink("../shared", root / "away");
  fs::create_directory_symlink(".", root / "self");
  fs::create_directory_symlink(root, folder.path() / "work");
  EXPECT_THAT(real_folders(folder.path() / "work",
                           Words{"./", "./real", "./link", "./link/deep", "./away", "./self", "./missing"}),
              ElementsAre("", "real", "real", "real/deep", "../shared", "", "missing"));
}

TEST(AffectedProjects, many_projects_and_files_are_judged_at_once) {
  Words projects;
  Words names;
  for (int at = 0; at < 10'000; ++at) projects.push_back("./packages/p" + std::to_string(at));
  for (int at = 0; at < 100'000; ++at)
    names.push_back("packages/p" + std::to_string(at % 5000) + "/src/file");
  EXPECT_EQ(affected(projects, files(names)).size(), 5000U);
}

}  // namespace
}  // namespace dream::select
