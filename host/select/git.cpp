#include "select/git.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>
#include <variant>

#include "base/executable.hpp"
#include "base/text.hpp"
#include "process/capture.hpp"
#include "select/tokens.hpp"

namespace dream::select {

namespace {

constexpr const char* other_way = "name the projects with -p";

/// What a caller has set for git that is about the user, not about a repository. The rest is for another
/// command: in a hook, git has set which repository and which index it means.
bool is_kept(std::string_view variable) {
  if (!variable.starts_with("GIT_")) {
    return !variable.starts_with("LC_ALL=") && !variable.starts_with("LANGUAGE=");
  }
  return variable.starts_with("GIT_CONFIG_") || variable.starts_with("GIT_EXEC_PATH=") ||
         variable.starts_with("GIT_CEILING_DIRECTORIES=") ||
         variable.starts_with("GIT_DISCOVERY_ACROSS_FILESYSTEM=");
}

std::vector<std::string> environment_of_git(const std::vector<std::string>& environment) {
  std::vector<std::string> own;
  std::ranges::copy_if(environment, std::back_inserter(own), is_kept);
  // Nothing is fetched for a partial clone: what a remote is reached by may be any program. Of the two
  // variables for that the first is known to newer gits only. Without locks nothing is written.
  for (const char* variable : {"GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
                               "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}) {
    own.emplace_back(variable);
  }
  return own;
}

/// What git complains about, without its "fatal: ".
std::string first_complaint(std::string_view text) {
  for (const std::string_view begin : {"fatal: ", "error: "}) {
    const std::size_t found = text.find(begin);
    if (found == std::string_view::npos) continue;
    text.remove_prefix(found + begin.size());
    break;
  }
  return printable(text.substr(0, text.find('\n')));
}

/// The command that git itself recommends: an indented line.
std::string recommended_command(std::string_view text) {
  const std::size_t found = text.find("\n\tgit ");
  if (found == std::string_view::npos) return {};
  text.remove_prefix(found + 2);
  return printable(text.substr(0, text.find('\n')));
}

}  // namespace

Result<Git> Git::open(std::string folder, const std::vector<std::string>& environment) {
  // From the root folder, so that "." in PATH finds no git that lies in the workspace.
  Result<Executable> program = find_executable("git", "/", environment);
  if (!program) {
    return Error{ErrorCode::plan,
                 "--affected needs git, and there is no git in PATH",
                 {},
                 fmt::format("install it (apt-get install git, apk add git), or {}", other_way)};
  }
  Git git(std::move(program->path), std::move(folder), environment_of_git(environment));
  const Result<std::string> answer = git.demand({"rev-parse", "--is-inside-work-tree", "--show-prefix"});
  if (!answer) return answer.error();
  std::string_view rest = *answer;
  if (rest.substr(0, rest.find('\n')) != "true") {
    return Error{ErrorCode::plan,
                 "git has no files here: the repository is bare, or its core.worktree is elsewhere",
                 printable(git.folder_), fmt::format("work in a clone of it, or {}", other_way)};
  }
  rest.remove_prefix(rest.find('\n') + 1);
  git.prefix_ = rest.substr(0, rest.find_last_not_of('\n') + 1);
  const Result<void> off = git.switch_filters_off();
  if (!off) return off.error();
  return git;
}

/// git compares a file that may have changed as its filters would store it, and filters are programs.
Result<void> Git::switch_filters_off() {
  const Result<GitAnswer> answer = ask({"config", "--name-only", "-z", "--get-regexp", "^filter\\."});
  if (!answer) return answer.error();
  if (answer->code > 1) return failure(*answer);
  std::set<std::string> names;
  for (std::string_view key : tokens_of(answer->output)) {
    const std::size_t first = key.find('.');
    const std::size_t last = key.rfind('.');
    if (first == last) continue;
    names.emplace(key.substr(first + 1, last - first - 1));
  }
  for (const std::string& name : names) {
    if (name.find('=') != std::string::npos) {
      return Error{
          ErrorCode::plan,
          fmt::format("git's filter {} can't be switched off, as its name has a \"=\"", in_quotes(name)),
          printable(folder_), fmt::format("rename it in git's configuration, or {}", other_way)};
    }
    for (const char* setting : {"clean=", "process=", "required=false"}) {
      no_filters_.insert(no_filters_.end(), {"-c", fmt::format("filter.{}.{}", name, setting)});
    }
  }
  return {};
}

Result<GitAnswer> Git::ask(const std::vector<std::string>& arguments) const {
  process::CaptureSpec spec{
      .executable = program_,
      .argv = {"git", "--no-pager", "-C", folder_, "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null"},
      .directory = "/",
      .environment = environment_};
  spec.argv.insert(spec.argv.end(), no_filters_.begin(), no_filters_.end());
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  Result<process::Captured> captured = process::capture(spec);
  if (!captured) return captured.error();
  const auto* exited = std::get_if<ExitedWith>(&captured->status);
  if (exited == nullptr) {
    return Error{ErrorCode::plan,
                 fmt::format("git {} was ended by {}", arguments.front(), to_string(captured->status)),
                 printable(folder_),
                 {}};
  }
  return GitAnswer{exited->code, std::move(captured->output), std::move(captured->complaint)};
}

Result<std::string> Git::demand(const std::vector<std::string>& arguments) const {
  Result<GitAnswer> answer = ask(arguments);
  if (!answer) return answer.error();
  if (answer->code != 0) return failure(*answer);
  return std::move(answer->output);
}

Result<std::string> Git::object_of(const std::string& revision) const {
  const Result<GitAnswer> answer = ask({"rev-parse", "--verify", "--quiet", revision});
  if (!answer) return answer.error();
  std::string_view id = answer->output;
  if (id.ends_with('\n')) id.remove_suffix(1);
  // A range, or what is excluded, is written with more than the id.
  const bool is_id = id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return answer->code == 0 && is_id ? std::string(id) : std::string();
}

Result<std::string> Git::commit_of(const std::string& revision) const {
  return object_of(revision + "^{commit}");
}

Error Git::failure(const GitAnswer& answer) const {
  const auto speaks_of = [&](std::string_view words) {
    return answer.complaint.find(words) != std::string::npos;
  };
  std::string reason = first_complaint(answer.complaint);
  std::string hint = fmt::format("see what git status says there, or {}", other_way);
  if (const std::string command = recommended_command(answer.complaint); !command.empty()) {
    hint = fmt::format("if you trust what lies there: {}", command);
  } else if (speaks_of("not a git repository")) {
    hint = fmt::format("it can be told only of a git repository: run git init, or {}", other_way);
  } else if (speaks_of("promisor remote") || speaks_of("lazy fetching") || speaks_of("unable to read tree")) {
    reason = "this clone lacks what to compare with, and nothing is fetched for that";
    hint = "get all but the files' old contents: git fetch --refetch --filter=blob:none";
  }
  return {ErrorCode::plan, fmt::format("git can't tell what has changed: {}", reason), printable(folder_),
          std::move(hint)};
}

}  // namespace dream::select
