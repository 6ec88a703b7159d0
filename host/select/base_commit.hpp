#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "select/git.hpp"

namespace dream::select {

/// Where work begins: as in Changes.
struct BaseCommit {
  std::string name;
  std::string merge_base;
};

/// The base of the work that `head`, a commit, is the end of. As changed_files() says.
[[nodiscard]] Result<BaseCommit> find_base(const Git& git, const std::string& head,
                                           const std::optional<std::string>& given);

/// Error{usage} where a base can't be the name of a commit, whatever the repository has.
[[nodiscard]] Result<void> check_base(const std::optional<std::string>& given);

}  // namespace dream::select
