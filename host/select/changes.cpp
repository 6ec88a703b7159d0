#include "select/changes.hpp"

#include "base/text.hpp"
#include "select/base_commit.hpp"
#include "select/change_scan.hpp"
#include "select/git.hpp"

namespace dream::select {

namespace {

/// A workspace that the repository around it ignores never changes, as git sees it.
Result<void> check_not_ignored(const Git& git) {
  if (git.prefix().empty()) return {};
  const Result<GitAnswer> ignored = git.ask({"check-ignore", "-q", "."});
  if (!ignored) return ignored.error();
  if (ignored->code != 0) return {};
  const Result<std::string> files = git.demand({"ls-files", "-z"});
  if (!files) return files.error();
  if (!files->empty()) return {};
  return Error{
      ErrorCode::plan, "git can't tell what has changed: the repository ignores this folder",
      printable(git.folder()),
      "take it out of .gitignore, give it a repository of its own (git init), or name the projects with -p"};
}

}  // namespace

Result<Changes> changed_files(const std::filesystem::path& root, const std::optional<std::string>& base,
                              const std::vector<std::string>& environment) {
  const Result<void> sound = check_base(base);
  if (!sound) return sound.error();
  const Result<Git> git = Git::open(root.string(), environment);
  if (!git) return git.error();
  const Result<void> seen = check_not_ignored(*git);
  if (!seen) return seen.error();
  const Result<std::string> head = git->commit_of("HEAD");
  if (!head) return head.error();
  Changes changes;
  ChangeScan scan(root.string(), environment);
  if (head->empty()) {
    scan.take_everything();
  } else {
    Result<BaseCommit> begin = find_base(*git, *head, base);
    if (!begin) return begin.error();
    const Result<void> looked = scan.look(*git, begin->merge_base, *head);
    if (!looked) return looked.error();
    changes.base = std::move(begin->name);
    changes.merge_base = std::move(begin->merge_base);
  }
  scan.hand_over(changes);
  return changes;
}

}  // namespace dream::select
