#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "integration/select/repository.hpp"
#include "support/temporary_folder.hpp"

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// A repository with a branch `work` that begins at main.
struct ChangedFiles : testing::Test {
  ChangedFiles() {
    repository.write("a/file", "one\ntwo\nthree\nfour\n");
    repository.write("b/file");
    repository.write("c/file");
    first = repository.commit();
    repository.git({"checkout", "--quiet", "-b", "work"});
  }

  [[nodiscard]] Words files() const { return changes_in(repository.path()).files; }

  TemporaryFolder folder;
  Repository repository{folder.path() / "repository"};
  std::string first;
};

TEST_F(ChangedFiles, nothing_has_changed) {
  const Changes changes = changes_in(repository.path());
  EXPECT_THAT(changes.files, IsEmpty());
  EXPECT_THAT(changes.folders, IsEmpty());
  EXPECT_EQ(changes.base, "main");
  EXPECT_EQ(changes.merge_base, first);
  EXPECT_THAT(changes.outside, IsEmpty());
}

TEST_F(ChangedFiles, committed_staged_unstaged_and_new_files_count) {
  repository.write("a/committed");
  repository.commit();
  repository.write("a/staged");
  repository.git({"add", "a/staged"});
  repository.write("b/file", "unstaged\n");
  repository.write("new/folder/file");
  EXPECT_THAT(files(), ElementsAre("a/committed", "a/staged", "b/file", "new/folder/file"));
}

TEST_F(ChangedFiles, ignored_files_do_not_count) {
  repository.write(".gitignore", "out/\n");
  repository.commit();
  repository.write("a/out/file");
  EXPECT_THAT(files(), ElementsAre(".gitignore"));
}

TEST_F(ChangedFiles, deleted_files_count) {
  repository.remove("a/file");
  repository.commit();
  repository.git({"rm", "--quiet", "b/file"});
  repository.remove("c/file");
  EXPECT_THAT(files(), ElementsAre("a/file", "b/file", "c/file"));
}

TEST_F(ChangedFiles, both_names_of_a_rename_count) {
  repository.git({"config", "diff.renames", "copies"});
  repository.git({"config", "status.renames", "copies"});
  repository.git({"mv", "a/file", "d"});
  EXPECT_THAT(files(), ElementsAre("a/file", "d"));
  repository.commit();
  EXPECT_THAT(files(), ElementsAre("a/file", "d"));
}

TEST_F(ChangedFiles, a_file_that_was_only_touched_has_not_changed) {
  fs::last_write_time(repository.path() / "a/file", fs::file_time_type::clock::now() - std::chrono::hours(3));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ChangedFiles, what_others_did_to_the_base_meanwhile_does_not_count) {
  repository.write("a/mine");
  repository.commit();
  repository.git({"checkout", "--quiet", "main"});
  repository.write("b/theirs");
  repository.commit();
  repository.git({"checkout", "--quiet", "work"});
  EXPECT_THAT(files(), ElementsAre("a/mine"));
}

TEST_F(ChangedFiles, any_name_comes_as_it_is) {
  const Words names{" space ",   "\"quotes\"",   "? x",   "back\\slash",
                    "new\nline", "not\xff utf8", "tab\t", "umlaut \xc3\xbc"};
  for (const std::string& name : names) repository.write("b/" + name);
  Words expected;
  for (const std::string& name : names) expected.push_back("b/" + name);
  EXPECT_EQ(files(), expected);
  repository.commit();
  EXPECT_EQ(files(), expected);
  repository.remove("b/new\nline");
  EXPECT_EQ(files(), expected);
}

TEST_F(ChangedFiles, a_conflict_counts) {
  repository.write("a/file", "mine\n");
  repository.commit();
  repository.git({"checkout", "--quiet", "main"});
  repository.write("a/file", "theirs\n");
  repository.write("b/theirs");
  repository.commit();
  repository.git({"checkout", "--quiet", "work"});
  EXPECT_THROW(repository.git({"merge", "--quiet", "main"}), std::runtime_error);
  EXPECT_THAT(changes_in(repository.path(), first).files, ElementsAre("a/file", "b/theirs"));
}

TEST_F(ChangedFiles, the_workspace_may_be_a_folder_of_the_repository) {
  repository.write("a/inner/file");
  repository.write("a/committed");
  repository.write("ab/outside");
  repository.commit();
  repository.write("b/outside");
  repository.write("b/file", "changed\n");
  const Changes changes = changes_in(repository.path() / "a");
  EXPECT_THAT(changes.files, ElementsAre("committed", "inner/file"));
  EXPECT_THAT(changes.outside, ElementsAre("../ab/outside", "../b/file", "../b/outside"));
}

TEST_F(ChangedFiles, the_workspace_may_be_reached_through_a_link) {
  repository.write("a/new");
  fs::create_directory_symlink(repository.path() / "a", folder.path() / "link");
  EXPECT_THAT(changes_in(folder.path() / "link").files, ElementsAre("new"));
}

TEST_F(ChangedFiles, a_worktree_has_its_own) {
  const fs::path other = folder.path() / "other";
  repository.git({"worktree", "add", "--quiet", "-b", "second", other.string(), "main"});
  repository.write("a/first");
  run_git(other, {"rm", "--quiet", "b/file"});
  EXPECT_THAT(changes_in(other).files, ElementsAre("b/file"));
  EXPECT_THAT(files(), ElementsAre("a/first"));
}

TEST_F(ChangedFiles, a_repository_that_git_was_not_told_of_is_a_folder_with_changes) {
  Repository inner(repository.path() / "b" / "inner");
  inner.write("file");
  inner.commit();
  const Changes changes = changes_in(repository.path());
  EXPECT_THAT(changes.files, IsEmpty());
  EXPECT_THAT(changes.folders, ElementsAre("b/inner"));
}

TEST_F(ChangedFiles, what_a_hook_of_git_has_set_is_of_no_consequence) {
  repository.write("a/new");
  Words environment = git_environment();
  for (const char* variable :
       {"GIT_DIR=.git", "GIT_INDEX_FILE=.git/other", "GIT_PREFIX=a/", "GIT_WORK_TREE=/"}) {
    environment.emplace_back(variable);
  }
  const auto changes = changed_files(repository.path() / "a", std::nullopt, environment);
  ASSERT_TRUE(changes) << to_string(changes.error());
  EXPECT_THAT(changes->files, ElementsAre("new"));
}

TEST_F(ChangedFiles, what_the_user_has_set_for_every_git_counts) {
  repository.write("a/new");
  Words environment = git_environment();
  const std::string ignored = folder.write("ignored", "a/new\n").string();
  for (const std::string& variable :
       {std::string("GIT_CONFIG_COUNT=1"), std::string("GIT_CONFIG_KEY_0=core.excludesFile"),
        "GIT_CONFIG_VALUE_0=" + ignored}) {
    environment.push_back(variable);
  }
  const auto changes = changed_files(repository.path(), std::nullopt, environment);
  ASSERT_TRUE(changes) << to_string(changes.error());
  EXPECT_THAT(changes->files, IsEmpty());
}

TEST_F(ChangedFiles, no_habit_of_the_user_is_in_the_way) {
  repository.write("a/file", "stashed\n");
  repository.git({"stash"});
  repository.git({"mv", "a/file", "a/moved"});
  repository.write("ä ö", "new\n");
  const Words before = changes_in(repository.path()).files;
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"status.showStash", "true"},
                                                        {"status.branch", "true"},
                                                        {"status.relativePaths", "false"},
                                                        {"status.submoduleSummary", "true"},
                                                        {"status.short", "true"},
                                                        {"status.renames", "copies"},
                                                        {"status.showUntrackedFiles", "no"},
                                                        {"status.displayCommentPrefix", "true"},
                                                        {"diff.renames", "copies"},
                                                        {"diff.relative", "true"},
                                                        {"diff.noprefix", "true"},
                                                        {"diff.ignoreSubmodules", "all"},
                                                        {"core.quotePath", "true"},
                                                        {"color.ui", "always"},
                                                        {"color.status", "always"},
                                                        {"column.ui", "always"}}) {
    repository.git({"config", key, value});
    EXPECT_EQ(changes_in(repository.path()).files, before) << key;
  }
}

TEST_F(ChangedFiles, of_a_workspace_that_its_repository_ignores_are_refused) {
  repository.write(".gitignore", "build/\n");
  repository.write("build/ws/a/file");
  EXPECT_THAT(refusal_in(repository.path() / "build/ws").message, HasSubstr("ignores this folder"));
  repository.git({"add", "--force", "build/ws/a/file"});
  EXPECT_THAT(changes_in(repository.path() / "build/ws").files, ElementsAre("a/file"));
}

TEST_F(ChangedFiles, nothing_is_written_into_the_repository) {
  fs::last_write_time(repository.path() / "a/file", fs::file_time_type::clock::now() - std::chrono::hours(3));
  const auto before = fs::last_write_time(repository.path() / ".git/index");
  const auto folder_before = fs::last_write_time(repository.path() / ".git");
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_EQ(fs::last_write_time(repository.path() / ".git/index"), before);
  EXPECT_EQ(fs::last_write_time(repository.path() / ".git"), folder_before);
}

TEST(ChangedFilesWithoutARepository, are_refused) {
  const TemporaryFolder folder;
  const Error error = refusal_in(folder.path());
  EXPECT_EQ(error.code, ErrorCode::plan);
  EXPECT_THAT(error.message, HasSubstr("not a git repository"));
  EXPECT_THAT(error.hint, HasSubstr("-p"));
}

TEST(ChangedFilesWithoutARepository, a_bare_one_is_refused) {
  const TemporaryFolder folder;
  run_git(folder.path(), {"init", "--quiet", "--bare"});
  EXPECT_THAT(refusal_in(folder.path()).message, HasSubstr("bare"));
}

TEST(ChangedFilesWithoutGit, tell_what_to_install) {
  const TemporaryFolder folder;
  folder.write("git", "#!/bin/sh\necho true\n");
  fs::permissions(folder.path() / "git", fs::perms::owner_all);
  const auto changes = changed_files(folder.path(), std::nullopt, {"PATH=.::/nowhere"});
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().code, ErrorCode::plan);
  EXPECT_THAT(changes.error().hint, HasSubstr("apt-get install git"));
}

TEST(ChangedFilesWithoutACommit, everything_has_changed) {
  const TemporaryFolder folder;
  const Repository repository(folder.path());
  repository.write("a/file");
  const Changes changes = changes_in(repository.path());
  EXPECT_THAT(changes.folders, ElementsAre(""));
  EXPECT_EQ(changes.base, "");
}

}  // namespace
}  // namespace dream::select
