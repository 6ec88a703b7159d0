#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "integration/select/repository.hpp"
#include "support/temporary_folder.hpp"

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// A repository with three commits, and clones of it.
struct Base : testing::Test {
  Base() {
    for (const char* name : {"one", "two", "three"}) {
      origin.write(name);
      commits.push_back(origin.commit());
    }
  }

  [[nodiscard]] fs::path clone(Words options = {}) const {
    fs::path place = folder.path() / "clone";
    options.insert(options.begin(), {"clone", "--quiet"});
    options.insert(options.end(), {"file://" + origin.path().string(), place.string()});
    run_git(folder.path(), options);
    return place;
  }

  static void commit(const fs::path& place, const std::string& name) {
    run_git(place, {"commit", "--quiet", "--allow-empty", "--message=" + name});
  }

  TemporaryFolder folder;
  Repository origin{folder.path() / "origin"};
  Words commits;
};

TEST_F(Base, is_the_default_branch_of_the_upstream) {
  origin.git({"branch", "--move", "main", "trunk"});
  const fs::path place = clone();
  run_git(place, {"checkout", "--quiet", "-b", "work"});
  run_git(place, {"branch", "--track", "side"});
  commit(place, "more");
  run_git(place, {"branch", "--set-upstream-to=side"});
  // Tags of the same names are something else.
  run_git(place, {"tag", "origin/trunk", commits[0]});
  run_git(place, {"tag", "origin/HEAD", commits[0]});
  const Changes changes = changes_in(place);
  EXPECT_EQ(changes.base, "origin/trunk");
  EXPECT_EQ(changes.merge_base, commits[2]);
}

// A CI server's checkout: no origin/HEAD, and a branch that follows its own copy.
TEST_F(Base, is_never_the_copy_of_the_branch_itself) {
  origin.git({"checkout", "--quiet", "-b", "work"});
  origin.write("mine");
  origin.commit();
  const fs::path place = clone({"--branch=work"});
  run_git(place, {"remote", "set-head", "origin", "--delete"});
  const Changes changes = changes_in(place);
  EXPECT_EQ(changes.base, "origin/main");
  EXPECT_THAT(changes.files, ElementsAre("mine"));
  run_git(place, {"update-ref", "-d", "refs/remotes/origin/main"});
  EXPECT_THAT(refusal_in(place).message, HasSubstr("nothing to compare with"));
}

TEST_F(Base, is_else_a_branch_with_a_usual_name) {
  const fs::path place = clone();
  run_git(place, {"remote", "set-head", "origin", "--delete"});
  run_git(place, {"checkout", "--quiet", "--detach"});
  EXPECT_EQ(changes_in(place).base, "origin/main");
  run_git(place, {"update-ref", "refs/remotes/origin/master", "HEAD"});
  run_git(place, {"update-ref", "-d", "refs/remotes/origin/main"});
  EXPECT_EQ(changes_in(place).base, "origin/master");
  run_git(place, {"update-ref", "-d", "refs/remotes/origin/master"});
  EXPECT_EQ(changes_in(place).base, "main");
  run_git(place, {"branch", "--move", "main", "master"});
  EXPECT_EQ(changes_in(place).base, "master");
  run_git(place, {"branch", "--move", "master", "other"});
  const Error error = refusal_in(place);
  EXPECT_EQ(error.code, ErrorCode::plan);
  EXPECT_THAT(error.message, HasSubstr("nothing to compare with"));
  EXPECT_THAT(error.hint, HasSubstr("--affected BASE"));
}

TEST_F(Base, that_origin_points_to_in_vain_is_passed_over) {
  const fs::path place = clone();
  run_git(place, {"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"});
  EXPECT_EQ(changes_in(place).base, "origin/main");
}

TEST_F(Base, may_be_any_commit) {
  const fs::path place = clone();
  EXPECT_THAT(changes_in(place, "HEAD~2").files, ElementsAre("three", "two"));
  EXPECT_THAT(changes_in(place, commits[1]).files, ElementsAre("three"));
  run_git(place, {"tag", "--annotate", "--message=x", "v1", commits[1]});
  const Changes changes = changes_in(place, "v1");
  EXPECT_THAT(changes.files, ElementsAre("three"));
  EXPECT_EQ(changes.base, "v1");
  EXPECT_THAT(changes_in(place, "origin/main").files, IsEmpty());
  commit(place, "the newest");
  EXPECT_EQ(changes_in(place, ":/the newest").merge_base, changes_in(place, "HEAD").merge_base);
}

TEST_F(Base, that_is_no_commit_is_refused) {
  const fs::path place = clone();
  for (const char* base : {"nope", "HEAD~7", "main..HEAD", "^HEAD~1", "HEAD^!", "HEAD:one", "HEAD^{tree}", "",
                           " ", "0000000000000000000000000000000000000000"}) {
    const Error error = refusal_in(place, base);
    EXPECT_EQ(error.code, ErrorCode::usage) << base;
    EXPECT_THAT(error.message, HasSubstr("no commit that git knows")) << base;
  }
}

TEST_F(Base, is_never_an_option) {
  const fs::path place = clone();
  for (const char* base : {"-x", "--all", "--show-toplevel", "--output=file", "-"}) {
    const Error error = refusal_in(place, base);
    EXPECT_EQ(error.code, ErrorCode::usage) << base;
    EXPECT_THAT(error.message, HasSubstr("can't be the base")) << base;
  }
  EXPECT_THAT(refusal_in(place, std::string("main\0x", 6)).message, HasSubstr("can't be the base"));
}

TEST_F(Base, of_a_shallow_clone_that_is_there_is_taken) {
  const fs::path place = clone({"--depth=2"});
  EXPECT_THAT(changes_in(place, "HEAD~1").files, ElementsAre("three"));
}

TEST_F(Base, that_a_shallow_clone_does_not_have_is_refused_with_what_helps) {
  const fs::path place = clone({"--depth=1"});
  for (const std::string& base : {std::string("HEAD~1"), std::string("HEAD^"), commits[1]}) {
    const Error error = refusal_in(place, base);
    EXPECT_EQ(error.code, ErrorCode::usage) << base;
    EXPECT_THAT(error.message, HasSubstr("the clone is shallow")) << base;
    EXPECT_THAT(error.hint, HasSubstr("git fetch --deepen=100")) << base;
  }
  run_git(place, {"fetch", "--quiet", "--deepen=100"});
  EXPECT_THAT(changes_in(place, "HEAD~1").files, ElementsAre("three"));
}

/// As GitHub has it in `event.before`.
TEST_F(Base, of_zeros_is_none_of_a_new_branch) {
  const Error error = refusal_in(clone({"--depth=1"}), std::string(40, '0'));
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_THAT(error.message, HasSubstr("zeros mean that there was none before"));
  EXPECT_THAT(error.hint, HasSubstr("leave BASE out"));
}

TEST_F(Base, of_a_shallow_clone_that_lies_before_its_begin_is_refused) {
  origin.git({"checkout", "--quiet", "-b", "work", commits[0]});
  origin.write("mine");
  origin.commit();
  const fs::path place = clone({"--depth=1", "--no-single-branch", "--branch=work"});
  const Error error = refusal_in(place, "origin/main");
  EXPECT_EQ(error.code, ErrorCode::plan);
  EXPECT_THAT(error.message, HasSubstr("shallow"));
  EXPECT_THAT(error.hint, HasSubstr("git fetch --deepen"));
  EXPECT_THAT(error.hint, HasSubstr("--unshallow"));
  run_git(place, {"fetch", "--quiet", "--unshallow"});
  EXPECT_THAT(changes_in(place, "origin/main").files, ElementsAre("mine"));
}

TEST_F(Base, without_a_common_commit_is_refused) {
  origin.git({"checkout", "--quiet", "--orphan", "other"});
  origin.commit();
  const Error error = refusal_in(origin.path());
  EXPECT_THAT(error.message, HasSubstr("no commit in common"));
}

}  // namespace
}  // namespace dream::select
