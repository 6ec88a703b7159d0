#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "base/result.hpp"
#include "config/diagnostics.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "plan/workspace.hpp"

namespace dream::config {

/// A dream.json, and everything that is wrong with it. With errors in `problems` the workspace holds what
/// could be read, and must not be run.
struct LoadResult {
  std::shared_ptr<const Document> document;
  Workspace workspace;
  std::vector<Problem> problems;  ///< in the order of the file
};

/// Reads a configuration. Executors must be among `known_executors` or those that `others` finds, or have an
/// entry with a `plugin`. Fails only when the file can't be read at all.
[[nodiscard]] Result<LoadResult> load(const std::filesystem::path& file,
                                      std::span<const std::string> known_executors);

/// The same for a file that was found under this name.
[[nodiscard]] Result<LoadResult> load(const FoundFile& file, const std::filesystem::path& name,
                                      std::span<const std::string> known_executors, FindExecutors others = {},
                                      const Outside& outside = {});

/// The same for a document that is in memory already.
[[nodiscard]] LoadResult interpret(std::shared_ptr<const Document> document,
                                   std::span<const std::string> known_executors, FindExecutors others = {});

}  // namespace dream::config
