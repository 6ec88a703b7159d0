#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "base/open_file.hpp"
#include "base/result.hpp"

/// A workspace that was cloned must not run code of its own just because it names a plugin: the user confirms
/// each plugin file that comes with one. A workspace of another user isn't obeyed until the user trusts its
/// folder (config/file_rule.hpp).
namespace dream::plugin {

/// What a confirmation is about: this content at this place.
struct Fingerprint {
  std::string path;    ///< canonical
  std::string sha256;  ///< 64 hexadecimal digits
};
[[nodiscard]] Result<Fingerprint> fingerprint_of(const FoundFile& file);

/// All that the user has said so far.
struct Confirmations {
  std::map<std::string, std::string, std::less<>> plugins;  ///< the hash of each file, by its path
  std::set<std::string, std::less<>> folders;               ///< workspaces that are obeyed, whoever owns them
};

/// What of a workspace may be loaded, and which ones are obeyed.
struct Trust {
  bool everything = false;  ///< --trust
  std::filesystem::path
      file;  ///< the confirmations, $XDG_STATE_HOME/dream/trusted.json; empty: there are none

  /// Whether a plugin, a shared library, is confirmed as it is now. An Error{plugin} says how to do it; one
  /// with another code, why that can't be told. Messages call the file `name`.
  [[nodiscard]] Result<void> check(const FoundFile& plugin, const std::filesystem::path& name) const;

  /// What is in the file. Error{io}: it can't be read or believed, and nothing counts as confirmed.
  [[nodiscard]] Result<Confirmations> confirmed() const;

  /// Changes what is in the file, whole or not at all.
  [[nodiscard]] Result<void> change(const std::function<void(Confirmations&)>& how) const;

  /// Confirms a plugin from now on, in place of another content that was.
  [[nodiscard]] Result<void> remember(const Fingerprint& confirmed) const;
};

}  // namespace dream::plugin
