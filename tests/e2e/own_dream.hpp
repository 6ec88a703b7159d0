#pragma once

#include <filesystem>

#include "e2e/workspace.hpp"

namespace dream::e2e {

/// Copies dream, as bin/dream, and the shell executor into a workspace: the build may be out of another
/// user's reach.
inline void copy_dream_into(const Workspace& workspace) {
  namespace fs = std::filesystem;
  const fs::path program = workspace.root() / "bin/dream";
  const fs::path plugins = workspace.root() / "lib/dream/plugins";
  fs::create_directories(program.parent_path());
  fs::create_directories(plugins);
  fs::copy_file(DREAM_BINARY, program);
  fs::copy_file(fs::path(DREAM_BINARY).parent_path() / "../lib/dream/plugins/libdream_shell.so",
                plugins / "libdream_shell.so");
}

}  // namespace dream::e2e
