#include "select/change_scan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "select/tokens.hpp"

namespace dream::select {

namespace {

namespace fs = std::filesystem;

/// The mode by which git stores the commit of another repository in place of a file.
constexpr std::string_view link_mode = "160000";

/// What git writes in a form that nobody here knows.
Error unreadable(const Git& git, std::string_view token) {
  return {ErrorCode::io, "git says what can't be understood: " + in_quotes(token), printable(git.folder()),
          "is it older than 2.18?"};
}

/// The path below the folder that git was asked about; none: it lies outside.
std::optional<std::string_view> below(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

}  // namespace

void ChangeScan::take(const Git& git, std::string_view path) {
  const std::optional<std::string_view> inner = below(git.prefix(), path);
  if (!inner) return take_outside(git, path);
  std::string own = below_ + std::string(*inner);
  if (!own.ends_with('/')) {
    files_.insert(std::move(own));
    return;
  }
  own.pop_back();  // a repository that git was never told of
  folders_.insert(std::move(own));
}

void ChangeScan::take_outside(const Git& git, std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  outside_.insert(fs::path("/" + std::string(path)).lexically_relative("/" + git.prefix()).string());
}

void ChangeScan::take_link(const Git& git, std::string_view path, std::string_view before) {
  const std::optional<std::string_view> inner = below(git.prefix(), path);
  if (!inner) return take_outside(git, path);
  // The first to speak of it compares with the oldest.
  changed_links_.emplace(below_ + std::string(*inner), before);
}

Result<void> ChangeScan::look(const Git& git, const std::string& since, const std::string& head) {
  if (since != head) {
    Result<void> commits = look_at_commits(git, since, head);
    if (!commits) return commits;
  }
  Result<void> files = look_at_files(git);
  return files ? look_at_links(git) : files;
}

/// Without renames: both names of one are changed files.
Result<void> ChangeScan::look_at_commits(const Git& git, const std::string& since, const std::string& head) {
  const Result<std::string> output =
      git.demand({"diff-tree", "-r", "--raw", "-z", "--full-index", "--no-renames", "--no-ext-diff",
                  "--no-textconv", "--ignore-submodules=none", since, head, "--"});
  if (!output) return output.error();
  const std::vector<std::string_view> tokens = tokens_of(*output);
  for (std::size_t at = 0; at + 1 < tokens.size(); at += 2) {
    // ":100644 100644 OID OID M", and the path.
    std::string_view record = tokens[at];
    if (!record.starts_with(':')) return unreadable(git, record);
    record.remove_prefix(1);
    const std::string_view old_mode = take_word(record);
    const std::string_view new_mode = take_word(record);
    const std::string_view before = take_word(record);
    if (old_mode != link_mode && new_mode != link_mode) {
      take(git, tokens[at + 1]);
    } else {
      take_link(git, tokens[at + 1], old_mode == link_mode ? before : std::string_view());
    }
  }
  return {};
}

/// What `git status` says: of the index and of the working tree, without looking into submodules.
Result<void> ChangeScan::look_at_files(const Git& git) {
  const Result<std::string> output = git.demand({"status", "--porcelain=v2", "-z", "--untracked-files=all",
                                                 "--no-renames", "--ignore-submodules=dirty"});
  if (!output) return output.error();
  for (const std::string_view token : tokens_of(*output)) {
    std::string_view path = token;
    const std::string_view kind = take_word(path);
    if (kind == "#") continue;  // what the user has asked for besides: status.showStash
    if (kind == "?") {
      take(git, path);
      continue;
    }
    // "1 XY SUB mH mI mW hH hI path", "u XY SUB m1 m2 m3 mW h1 h2 h3 path": of a conflict, ours is the
    // second.
    const bool conflict = kind == "u";
    if (kind != "1" && !conflict) return unreadable(git, token);
    std::array<std::string_view, 9> words;
    const std::size_t count = conflict ? 9 : 7;
    std::generate_n(words.begin(), count, [&] { return take_word(path); });
    const std::size_t before = conflict ? 3 : 2;
    const std::size_t last = conflict ? 5 : 4;
    const auto modes = std::span(words).subspan(2, last - 1);
    const bool is_link = std::ranges::find(modes, link_mode) != modes.end();
    if (!is_link) {
      take(git, path);
    } else {
      take_link(git, path, words[before] == link_mode ? words[last + before - 1] : std::string_view());
    }
  }
  return {};
}

/// Submodules: those that have changed, and those that may have changed inside.
Result<void> ChangeScan::look_at_links(const Git& git) {
  const Result<std::string> output = git.demand({"ls-files", "--stage", "-z"});
  if (!output) return output.error();
  Links now;
  for (const std::string_view token : tokens_of(*output)) {
    // "mode OID stage\tpath", the path from the folder that was asked about
    if (!token.starts_with(link_mode)) continue;
    const std::size_t tab = token.find('\t');
    if (tab == std::string_view::npos) return unreadable(git, token);
    const std::string_view id = token.substr(link_mode.size() + 1);
    now.emplace(below_ + std::string(token.substr(tab + 1)), id.substr(0, id.find(' ')));
  }
  Links changed = std::exchange(changed_links_, {});
  const std::string own_below = below_;
  for (const auto& [link, id] : now) {
    const auto change = changed.find(link);
    const std::string& since = change == changed.end() ? id : change->second;
    if (since.empty()) continue;
    const Result<bool> seen = look_into(link, since);
    below_ = own_below;
    if (!seen) return seen.error();
    if (*seen) changed.erase(link);
  }
  // What is left was added or removed, or isn't here to be looked into.
  for (const auto& [link, before] : changed) folders_.insert(link);
  return {};
}

/// False: it is no repository that can be compared with `since`.
Result<bool> ChangeScan::look_into(const std::string& link, const std::string& since) {
  const std::string folder = root_ + "/" + link;
  std::error_code ignored;
  // Without its own .git it is empty, and git would take the repository around it for the one that is meant.
  if (!fs::is_directory(fs::symlink_status(folder, ignored)) ||
      !fs::exists(fs::symlink_status(folder + "/.git", ignored))) {
    return false;
  }
  const Result<Git> git = Git::open(folder, environment_);
  if (!git || !git->prefix().empty()) {
    folders_.insert(link);
    return true;
  }
  const Result<std::string> head = git->commit_of("HEAD");
  if (!head) return head.error();
  const Result<std::string> before = git->commit_of(since);
  if (!before) return before.error();
  below_ = link + "/";
  const std::size_t known = files_.size() + folders_.size();
  if (head->empty() || before->empty()) {
    folders_.insert(link);
    return true;
  }
  const Result<void> looked = look(*git, *before, *head);
  if (!looked) return looked.error();
  if (files_.size() + folders_.size() > known || *before != *head) files_.insert(link);
  return true;
}

void ChangeScan::hand_over(Changes& changes) const {
  changes.files.assign(files_.begin(), files_.end());
  changes.folders.assign(folders_.begin(), folders_.end());
  changes.outside.assign(outside_.begin(), outside_.end());
}

}  // namespace dream::select
