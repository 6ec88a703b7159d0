#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace dream::select {

/// What git said.
struct GitAnswer {
  int code = 0;
  std::string output;
  std::string complaint;
};

/// git, asked about one folder. Whatever the repository's own configuration and attributes say, git runs no
/// program for it (no hook, filter, pager, monitor, external diff or transport) and writes nothing: what is
/// asked must be one of the commands that only look.
class Git {
 public:
  /// `folder`: absolute. `environment`: NAME=VALUE of this program. An Error where there is no git, the
  /// folder is in no repository, or git refuses it. Runs git.
  [[nodiscard]] static Result<Git> open(std::string folder, const std::vector<std::string>& environment);

  /// Runs git to its end. An Error: it could not be run, or was killed.
  [[nodiscard]] Result<GitAnswer> ask(const std::vector<std::string>& arguments) const;
  /// Its output. An Error where it fails.
  [[nodiscard]] Result<std::string> demand(const std::vector<std::string>& arguments) const;
  /// The full hexadecimal id of what a revision names, or "". `revision` must not begin with `-`.
  [[nodiscard]] Result<std::string> object_of(const std::string& revision) const;
  /// The same of a commit. Not for a revision that ends with a text to search for (`:/text`).
  [[nodiscard]] Result<std::string> commit_of(const std::string& revision) const;

  /// The folder as a path from the top of its working tree: "", or "sub/folder/".
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  /// The Error that tells what git complained about.
  [[nodiscard]] Error failure(const GitAnswer& answer) const;

 private:
  Git(std::string program, std::string folder, std::vector<std::string> environment)
      : program_(std::move(program)), folder_(std::move(folder)), environment_(std::move(environment)) {}
  Result<void> switch_filters_off();

  std::string program_;
  std::string folder_;
  std::vector<std::string> environment_;
  std::vector<std::string> no_filters_;  ///< options that take the programs from its filters
  std::string prefix_;
};

}  // namespace dream::select
