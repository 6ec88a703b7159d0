#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

/// A workspace that was cloned must not run code of its own just because it names a plugin: the user confirms
/// each plugin file that comes with one.
namespace dream::plugin {

/// What a confirmation is about: this content at this place.
struct Fingerprint {
  std::string path;    ///< canonical
  std::string sha256;  ///< 64 hexadecimal digits
};
[[nodiscard]] Result<Fingerprint> fingerprint_of(const std::filesystem::path& path);

/// What of a workspace may be loaded.
struct Trust {
  bool everything = false;  ///< --trust
  std::filesystem::path
      file;  ///< the confirmations, $XDG_STATE_HOME/dream/trusted.json; empty: there are none

  /// Whether a plugin is confirmed as it is now. An Error{plugin} says how to do it; one with another code,
  /// why that can't be told.
  [[nodiscard]] Result<void> check(const std::filesystem::path& plugin) const;

  /// Confirms it from now on, in place of another content that was.
  [[nodiscard]] Result<void> remember(const Fingerprint& confirmed) const;
};

}  // namespace dream::plugin
