#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/json.hpp"
#include "config/outside.hpp"
#include "config/place.hpp"

namespace dream::config {

/// Reads what a configuration is made of: dream.json, the files that it extends, and the dream.local.json
/// beside it.
class Layers {
 public:
  /// `file`: the dream.json. Texts are added to `sources`; what is wrong with them, or with the files, to
  /// `problems`. All must outlive it.
  Layers(const std::filesystem::path& file, const Outside& outside, Sources& sources, ProblemList& problems);

  /// All of them merged; `text` is that of dream.json. nullptr: one of them is no JSON.
  [[nodiscard]] std::unique_ptr<Tree> read(std::string text);
  /// The paths of the files that were extended, from the root.
  [[nodiscard]] std::vector<std::string> take_extended() { return std::move(extended_); }

 private:
  /// A file that is being read: it, or one that it extends, is extended no more.
  struct Open {
    dev_t device = 0;
    ino_t inode = 0;
    std::string name;
  };

  [[nodiscard]] std::unique_ptr<Tree> parse(std::string name, std::string text);
  /// `own`, over what it extends.
  [[nodiscard]] std::unique_ptr<Tree> with_extended(std::unique_ptr<Tree> own);
  void extend(const Place& place, const Json& path, const Tree& tree, std::unique_ptr<Tree>& lower);
  [[nodiscard]] std::optional<FoundFile> find(const std::filesystem::path& path, const Problem& at);
  [[nodiscard]] bool is_in_workspace(const FoundFile& file);
  /// Counts it.
  [[nodiscard]] bool has_room_for(const std::string& text);
  void add_local(std::unique_ptr<Tree>& tree);
  void refuse(Problem at, std::string message, std::string hint);

  std::filesystem::path file_;
  std::filesystem::path root_;
  const Outside& outside_;
  Sources& sources_;
  ProblemList& problems_;
  std::vector<Open> open_;  ///< each is extended by the one before it
  std::vector<std::string> extended_;
  std::size_t files_ = 0;
  std::size_t bytes_ = 0;  ///< of all of them
  bool is_broken_ = false;
};

}  // namespace dream::config
