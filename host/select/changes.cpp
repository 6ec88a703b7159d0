#include "select/changes.hpp"

#include "select/base_commit.hpp"
#include "select/change_scan.hpp"
#include "select/git.hpp"

namespace dream::select {

Result<Changes> changed_files(const std::filesystem::path& root, const std::optional<std::string>& base,
                              const std::vector<std::string>& environment) {
  const Result<void> sound = check_base(base);
  if (!sound) return sound.error();
  const Result<Git> git = Git::open(root.string(), environment);
  if (!git) return git.error();
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
