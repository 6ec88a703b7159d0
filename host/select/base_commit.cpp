#include "select/base_commit.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/text.hpp"

namespace dream::select {

namespace {

/// A commit, and how it is called.
struct Candidate {
  std::string name;
  std::string commit;
};

/// "origin/main" of refs/remotes/origin/main.
std::string short_name(std::string_view reference) {
  for (const std::string_view begin : {"refs/remotes/", "refs/heads/"}) {
    if (reference.starts_with(begin)) return std::string(reference.substr(begin.size()));
  }
  return std::string(reference);
}

/// Whole names, as a tag or a file may be called the same. Not the upstream of the branch: once pushed, that
/// is a copy of the branch itself, from which nothing differs.
constexpr const char* usual_bases[] = {"refs/remotes/origin/HEAD", "refs/remotes/origin/main",
                                       "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"};

Result<Candidate> usual_base(const Git& git) {
  for (const char* reference : usual_bases) {
    Result<std::string> commit = git.commit_of(reference);
    if (!commit) return commit.error();
    if (commit->empty()) continue;
    const Result<GitAnswer> answer =
        git.ask({"rev-parse", "--verify", "--quiet", "--symbolic-full-name", reference});
    if (!answer) return answer.error();
    const std::string_view name = std::string_view(answer->output).substr(0, answer->output.find('\n'));
    return Candidate{short_name(name.empty() ? reference : name), std::move(*commit)};
  }
  return Error{
      ErrorCode::plan,
      "there is nothing to compare with: git knows no origin/HEAD, no origin/main or origin/master, and no "
      "main or master",
      printable(git.folder()),
      "say which commit: --affected BASE; in CI, fetch it first: git fetch origin main"};
}

constexpr std::string_view more_of_the_past =
    "get more of the past: git fetch --deepen=100, or git fetch --unshallow";
/// Of SHA-1; what CI systems write for no commit has as many zeros.
constexpr std::size_t shortest_hash = 40;

Result<bool> is_shallow(const Git& git) {
  const Result<std::string> answer = git.demand({"rev-parse", "--is-shallow-repository"});
  if (!answer) return answer.error();
  return answer->starts_with("true");
}

Result<Candidate> given_base(const Git& git, const std::string& given) {
  Result<std::string> commit = git.object_of(given);
  if (commit && !commit->empty()) commit = git.commit_of(*commit);
  if (!commit) return commit.error();
  if (!commit->empty()) return Candidate{given, std::move(*commit)};
  if (given.size() >= shortest_hash && given.find_first_not_of('0') == std::string::npos)
    return Error{ErrorCode::usage,
                 fmt::format("the base {} is no commit that git knows: zeros mean that there was none before",
                             in_quotes(given)),
                 printable(git.folder()),
                 "the branch is new: leave BASE out, to compare with the main branch"};
  const Result<bool> shallow = is_shallow(git);
  if (!shallow) return shallow.error();
  if (*shallow)
    return Error{ErrorCode::usage,
                 fmt::format("the base {} is no commit that git knows, and the clone is shallow: perhaps it "
                             "doesn't reach back to it",
                             in_quotes(given)),
                 printable(git.folder()), std::string(more_of_the_past)};
  return Error{ErrorCode::usage, fmt::format("the base {} is no commit that git knows", in_quotes(given)),
               printable(git.folder()),
               "a branch of a remote is written origin/main; one that isn't there yet comes with git fetch"};
}

Error nothing_in_common(const Candidate& base, bool shallow, const std::string& folder) {
  if (!shallow) {
    return {ErrorCode::plan, fmt::format("HEAD and {} have no commit in common", printable(base.name)),
            printable(folder), "say which commit to compare with: --affected BASE"};
  }
  return {
      ErrorCode::plan,
      fmt::format("the clone is shallow, and doesn't reach back to where HEAD left {}", printable(base.name)),
      printable(folder),
      std::string(more_of_the_past) + "; or say which commit to compare with: --affected BASE"};
}

}  // namespace

Result<void> check_base(const std::optional<std::string>& given) {
  if (!given) return {};
  if (given->starts_with('-') || given->find('\0') != std::string::npos) {
    return Error{ErrorCode::usage,
                 fmt::format("{} can't be the base of --affected", in_quotes(*given)),
                 {},
                 "a base is a branch, a tag or a commit"};
  }
  return {};
}

Result<BaseCommit> find_base(const Git& git, const std::string& head,
                             const std::optional<std::string>& given) {
  Result<Candidate> base = given ? given_base(git, *given) : usual_base(git);
  if (!base) return base.error();
  const Result<GitAnswer> merged = git.ask({"merge-base", head, base->commit});
  if (!merged) return merged.error();
  if (merged->code > 1) return git.failure(*merged);
  if (merged->code == 0) {
    return BaseCommit{std::move(base->name), merged->output.substr(0, merged->output.find('\n'))};
  }
  const Result<bool> shallow = is_shallow(git);
  if (!shallow) return shallow.error();
  return nothing_in_common(*base, *shallow, git.folder());
}

}  // namespace dream::select
