#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "plugin/search_path.hpp"

namespace dream::cli {

/// Whether a word is a file and no id, which has neither `/` nor an ending.
[[nodiscard]] bool names_file(const std::string& word);

/// The plugin of a command `info ID|FILE`: a file as it is; of an id the one that dream would load.
[[nodiscard]] Result<plugin::FoundPlugin> find_plugin(const Options& options,
                                                      const plugin::SearchPath& search);

/// `dream plugin info ID|FILE`: an exit code.
[[nodiscard]] int show_plugin(const Options& options);

}  // namespace dream::cli
