#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "integration/select/repository.hpp"
#include "support/temporary_folder.hpp"

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// A repository with a submodule `libs/sub`, in which another is: `deep`.
struct Submodules : testing::Test {
  Submodules() {
    deepest.write("file");
    deepest.commit();
    library.write("a/file");
    library.write("b/file");
    library.git({"submodule", "--quiet", "add", deepest.path().string(), "deep"});
    library.commit();
    repository.write("file");
    repository.git({"submodule", "--quiet", "add", library.path().string(), "libs/sub"});
    repository.git({"submodule", "--quiet", "update", "--init", "--recursive"});
    repository.commit();
    repository.git({"checkout", "--quiet", "-b", "work"});
  }

  [[nodiscard]] Changes changes() const { return changes_in(repository.path()); }
  [[nodiscard]] fs::path inside() const { return repository.path() / "libs/sub"; }
  void commit_inside(const std::string& name) const {
    repository.write("libs/sub/" + name);
    run_git(inside(), {"add", "--all"});
    run_git(inside(), {"commit", "--quiet", "--message=more"});
  }

  TemporaryFolder folder;
  Repository deepest{folder.path() / "deepest"};
  Repository library{folder.path() / "library"};
  Repository repository{folder.path() / "repository"};
};

TEST_F(Submodules, without_changes_have_none) {
  EXPECT_THAT(changes().files, IsEmpty());
  EXPECT_THAT(changes().folders, IsEmpty());
}

TEST_F(Submodules, with_other_content_count_by_their_path_and_by_their_files) {
  repository.write("libs/sub/a/file", "other\n");
  repository.write("libs/sub/new");
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/file", "libs/sub/new"));
}

TEST_F(Submodules, of_submodules_are_looked_into) {
  repository.write("libs/sub/deep/new");
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/deep", "libs/sub/deep/new"));
}

TEST_F(Submodules, count_whatever_the_repository_says_is_to_be_ignored) {
  repository.git({"config", "diff.ignoreSubmodules", "all"});
  repository.git({"config", "submodule.libs/sub.ignore", "all"});
  repository.git({"config", "status.showUntrackedFiles", "no"});
  commit_inside("a/new");
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new"));
  repository.git({"add", "libs/sub"});
  repository.commit();
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new"));
}

TEST_F(Submodules, with_another_commit_count_by_what_differs) {
  commit_inside("a/new");
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new"));
  repository.git({"add", "libs/sub"});
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new"));
  repository.commit();
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new"));
  commit_inside("b/new");
  EXPECT_THAT(changes().files, ElementsAre("libs/sub", "libs/sub/a/new", "libs/sub/b/new"));
}

TEST_F(Submodules, with_an_old_commit_that_is_not_there_may_have_changed_anywhere) {
  commit_inside("a/new");
  repository.commit();
  repository.git({"update-index", "--cacheinfo", "160000,1111111111111111111111111111111111111111,libs/sub"});
  repository.git({"commit", "--quiet", "--message=elsewhere"});
  repository.git({"branch", "--force", "main"});
  repository.git({"add", "libs/sub"});
  repository.commit();
  EXPECT_THAT(changes().folders, ElementsAre("libs/sub"));
}

TEST_F(Submodules, that_are_new_or_gone_may_have_changed_anywhere) {
  repository.git({"submodule", "--quiet", "add", deepest.path().string(), "libs/other"});
  repository.commit();
  EXPECT_THAT(changes().folders, ElementsAre("libs/other"));
  repository.git({"rm", "--quiet", "--force", "libs/other", "libs/sub"});
  EXPECT_THAT(changes().folders, ElementsAre("libs/other", "libs/sub"));
  repository.commit();
  EXPECT_THAT(changes().folders, ElementsAre("libs/sub"));
}

TEST_F(Submodules, that_are_not_checked_out_change_with_their_commit_only) {
  repository.git({"submodule", "--quiet", "deinit", "--force", "libs/sub"});
  EXPECT_THAT(changes().files, IsEmpty());
  EXPECT_THAT(changes().folders, IsEmpty());
  repository.git({"update-index", "--cacheinfo", "160000,1111111111111111111111111111111111111111,libs/sub"});
  repository.git({"commit", "--quiet", "--message=elsewhere"});
  EXPECT_THAT(changes().folders, ElementsAre("libs/sub"));
}

TEST_F(Submodules, are_found_from_a_folder_of_the_repository) {
  repository.write("libs/sub/a/file", "other\n");
  EXPECT_THAT(changes_in(repository.path() / "libs").files, ElementsAre("sub", "sub/a/file"));
}

TEST_F(Submodules, may_be_the_workspace) {
  repository.write("libs/sub/a/file", "other\n");
  repository.write("libs/sub/deep/new");
  repository.write("file", "other\n");
  EXPECT_THAT(changes_in(inside(), "HEAD").files, ElementsAre("a/file", "deep", "deep/new"));
}

}  // namespace
}  // namespace dream::select
