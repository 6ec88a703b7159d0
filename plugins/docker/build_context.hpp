#pragma once

#include <atomic>
#include <dream/sdk/result.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ignore_file.hpp"

namespace dream::docker {

/// A folder as a tar archive, in pieces: what an engine builds an image from. Leaves out what its
/// .dockerignore names, but never that and the Dockerfile.
class BuildContext {
 public:
  /// The Dockerfile of a build, which exists; or what is missing. `context` is from the project's folder,
  /// `dockerfile` from the context, and empty for the usual one.
  [[nodiscard]] static sdk::Result<std::filesystem::path> find_dockerfile(
      const std::filesystem::path& project, const std::string& context, const std::string& dockerfile);

  /// `dockerfile` may lie outside of the folder.
  BuildContext(std::filesystem::path folder, std::filesystem::path dockerfile);

  /// What the Dockerfile is called in the archive.
  [[nodiscard]] const std::string& dockerfile() const { return dockerfile_; }

  /// Once, before next(): what there is.
  [[nodiscard]] sdk::Result<void> list();
  /// Never empty before the end.
  [[nodiscard]] sdk::Result<std::string> next();

  /// [any thread] list() and next() fail from now on, also one that is under way.
  void interrupt() { interrupted_ = true; }

 private:
  struct Entry {
    std::filesystem::path file;
    std::string name;  ///< in the archive
  };

  void read_ignore_file();
  sdk::Result<void> list(const std::filesystem::path& folder, const std::string& prefix);
  sdk::Result<std::string> begin(const Entry& entry);
  sdk::Result<std::string> go_on();

  std::filesystem::path folder_;
  std::filesystem::path dockerfile_file_;
  std::string dockerfile_;
  std::atomic<bool> interrupted_ = false;
  IgnoreFile ignore_;
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  std::ifstream file_;      ///< the one that is being read
  std::uint64_t left_ = 0;  ///< of it, as its header says
  std::uint64_t padding_ = 0;
  bool ended_ = false;
};

}  // namespace dream::docker
