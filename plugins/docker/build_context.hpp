#pragma once

#include <dream/sdk/result.hpp>
#include <filesystem>
#include <string>

#include "shared/folder_archive.hpp"

namespace dream::docker {

/// What an engine builds an image from: a folder without what its .dockerignore names, but always with that
/// and the Dockerfile.
struct BuildContext {
  /// The Dockerfile of a build, which exists; or what is missing. `context` is from the project's folder,
  /// `dockerfile` from the context, and empty for the usual one.
  [[nodiscard]] static sdk::Result<std::filesystem::path> find_dockerfile(
      const std::filesystem::path& project, const std::string& context, const std::string& dockerfile);

  /// `file`: the Dockerfile, which may lie outside of the folder.
  BuildContext(const std::filesystem::path& folder, const std::filesystem::path& file);

  std::string dockerfile;  ///< what it is called in the archive
  plugins::FolderContents contents;
};

}  // namespace dream::docker
