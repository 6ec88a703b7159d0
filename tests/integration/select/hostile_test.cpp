#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "integration/select/repository.hpp"
#include "support/temporary_folder.hpp"

namespace dream::select {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

/// A repository whose configuration names a program that leaves a trace when it runs.
struct HostileRepository : testing::Test {
  HostileRepository() {
    repository.write("file", "one\n");
    repository.write("other", "one\n");
    repository.commit();
    repository.git({"checkout", "--quiet", "-b", "work"});
    folder.write("trap", "#!/bin/sh\n: > \"$(dirname \"$0\")/ran\"\n");
    fs::permissions(trap(), fs::perms::owner_all);
  }

  [[nodiscard]] fs::path trap() const { return folder.path() / "trap"; }
  void set(const std::string& key, const std::string& value) const { repository.git({"config", key, value}); }
  void set(const std::string& key) const { set(key, trap().string()); }
  /// Of the same size and another time, so that git must look into it.
  void change(const std::string& name) const {
    repository.write(name, "two\n");
    fs::last_write_time(repository.path() / name, fs::file_time_type::clock::now() - std::chrono::hours(3));
  }

  /// The program has run since this was asked last.
  [[nodiscard]] bool has_run() const { return fs::remove(folder.path() / "ran"); }
  /// The trap works: an ordinary git runs the program.
  [[nodiscard]] bool runs_with(const Words& arguments) const {
    try {
      repository.git(arguments);
    } catch (const std::runtime_error&) {  // git may take what the program says amiss
    }
    return has_run();
  }

  TemporaryFolder folder;
  Repository repository{folder.path() / "repository"};
};

TEST_F(HostileRepository, runs_no_monitor_of_files) {
  set("core.fsmonitor");
  ASSERT_TRUE(runs_with({"status"}));
  change("file");
  EXPECT_THAT(changes_in(repository.path()).files, ElementsAre("file"));
  EXPECT_FALSE(has_run());
}

TEST_F(HostileRepository, runs_no_hook) {
  // What a hook leaves lies beside its name.
  const fs::path hooks = folder.path() / "hooks";
  fs::create_directory(hooks);
  fs::create_symlink(trap(), hooks / "post-index-change");
  set("core.hooksPath", hooks.string());
  change("file");
  repository.git({"add", "file"});
  ASSERT_TRUE(fs::remove(hooks / "ran"));
  change("other");
  EXPECT_THAT(changes_in(repository.path()).files, ElementsAre("file", "other"));
  EXPECT_FALSE(fs::exists(hooks / "ran"));
}

TEST_F(HostileRepository, runs_no_filter) {
  repository.write(".gitattributes", "file filter=one\nother filter=two words\n");
  for (const char* setting : {"filter.one.clean", "FILTER.one.CLEAN"}) {
    set(setting);
    change("file");
    ASSERT_TRUE(runs_with({"status"}));
    change("file");
    EXPECT_THAT(changes_in(repository.path()).files, Contains("file"));
    EXPECT_FALSE(has_run()) << setting;
    repository.git({"config", "--unset", setting});
  }
}

TEST_F(HostileRepository, runs_no_filter_without_a_name_or_in_another_file) {
  repository.write(".gitattributes", "file filter=\nother filter=included\n");
  folder.write("included", "[filter \"included\"]\n\tclean = " + trap().string() + "\n");
  set("include.path", (folder.path() / "included").string());
  set("filter..clean");
  for (const char* name : {"file", "other"}) {
    change(name);
    ASSERT_TRUE(runs_with({"status", "--", name})) << name;
    change(name);
    EXPECT_THAT(changes_in(repository.path()).files, Contains(name));
    EXPECT_FALSE(has_run()) << name;
  }
}

TEST_F(HostileRepository, runs_no_filter_that_is_required_or_stays) {
  repository.write(".gitattributes", "file filter=one.two\n");
  set("filter.one.two.process");
  set("filter.one.two.clean");
  set("filter.one.two.required", "true");
  change("file");
  ASSERT_TRUE(runs_with({"status"}));
  change("file");
  EXPECT_THAT(changes_in(repository.path()).files, Contains("file"));
  EXPECT_FALSE(has_run());
}

TEST_F(HostileRepository, is_refused_for_a_filter_that_can_not_be_switched_off) {
  repository.write(".gitattributes", "file filter=a=b\n");
  set("filter.a=b.clean");
  change("file");
  ASSERT_TRUE(runs_with({"status"}));
  change("file");
  EXPECT_THAT(refusal_in(repository.path()).message, HasSubstr("filter \"a=b\""));
  EXPECT_FALSE(has_run());
}

TEST_F(HostileRepository, runs_no_program_that_shows_differences) {
  repository.write(".gitattributes", "file diff=one\nother diff=two\n");
  repository.commit();
  set("diff.external");
  set("diff.one.textconv");
  set("diff.two.command");
  set("core.pager");
  set("pager.status");
  set("pager.diff-tree");
  set("interactive.diffFilter");
  change("file");
  change("other");
  ASSERT_TRUE(runs_with({"diff"}));
  EXPECT_THAT(changes_in(repository.path()).files, ElementsAre(".gitattributes", "file", "other"));
  EXPECT_FALSE(has_run());
}

TEST_F(HostileRepository, fetches_nothing_that_it_lacks) {
  const std::string tree = repository.git({"rev-parse", "HEAD^{tree}"}).substr(0, 40);
  repository.write("file", "three\n");
  repository.commit();
  fs::remove(repository.path() / ".git/objects" / tree.substr(0, 2) / tree.substr(2));
  set("core.repositoryFormatVersion", "1");
  set("extensions.partialClone", "origin");
  set("remote.origin.promisor", "true");
  set("protocol.allow", "always");
  set("protocol.ext.allow", "always");
  for (const std::string& url :
       {"ext::" + trap().string(), std::string("ssh://host/x"), folder.path().string()}) {
    set("remote.origin.url", url);
    set("core.sshCommand");
    set("remote.origin.uploadpack");
    ASSERT_TRUE(runs_with({"diff-tree", "-r", "main", "HEAD"})) << url;
    const Error error = refusal_in(repository.path());
    EXPECT_FALSE(has_run()) << url;
    EXPECT_EQ(error.code, ErrorCode::plan) << url;
    EXPECT_THAT(error.hint, HasSubstr("git fetch")) << url << ": " << error.message;
  }
}

TEST_F(HostileRepository, runs_nothing_in_a_submodule) {
  Repository inner(repository.path() / "inner");
  inner.write("file", "one\n");
  inner.write(".gitattributes", "file filter=inner\n");
  inner.commit();
  repository.git({"-c", "advice.addEmbeddedRepo=false", "add", "inner"});
  repository.commit();
  inner.git({"config", "core.fsmonitor", trap().string()});
  inner.git({"config", "filter.inner.clean", trap().string()});
  inner.write("file", "two\n");
  ASSERT_TRUE(runs_with({"status"}));
  inner.write("file", "six\n");
  EXPECT_THAT(changes_in(repository.path(), "HEAD").files, ElementsAre("inner", "inner/file"));
  EXPECT_FALSE(has_run());
}

TEST_F(HostileRepository, finds_its_own_git_nowhere) {
  repository.write("git", "#!/bin/sh\n: > \"" + (folder.path() / "ran").string() + "\"\n");
  fs::permissions(repository.path() / "git", fs::perms::owner_all);
  Words environment = git_environment();
  for (std::string& variable : environment) {
    if (variable.starts_with("PATH=")) variable.insert(5, ".:");
  }
  const fs::path before = fs::current_path();
  fs::current_path(repository.path());
  const auto changes = changed_files(repository.path(), std::nullopt, environment);
  fs::current_path(before);
  EXPECT_TRUE(changes);
  EXPECT_FALSE(has_run());
}

}  // namespace
}  // namespace dream::select
