#pragma once

#include <dream/sdk.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dream::ssh {

/// What is copied before the start.
struct Sync {
  std::vector<std::string> exclude;
  bool gitignore = false;
  bool removes = false;  ///< what isn't here any more
};

/// The options of a task, with files as absolute paths.
struct Options {
  std::string host;
  std::string user = {};
  std::optional<int> port = {};
  std::string identity = {};
  std::string config = {};
  std::string directory = {};  ///< absolute, or from the far home folder; empty: that
  std::optional<Sync> sync = {};
  std::vector<std::string> forward = {};  ///< as ssh -L has them
  std::vector<std::string> env = {};
};

/// `folder`: the project's, where files are named from.
[[nodiscard]] sdk::Result<Options> read_options(std::string_view json, const std::string& folder);

}  // namespace dream::ssh
