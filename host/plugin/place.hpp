#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "plugin/search_path.hpp"

namespace dream::plugin {

/// In which run of dream plugins are, and where they may keep things.
struct Place {
  std::string session;          ///< a UUID, this run's alone
  std::filesystem::path root;   ///< of the workspace
  std::filesystem::path state;  ///< $XDG_STATE_HOME/dream; empty: no such place is known
  std::filesystem::path cache;  ///< $XDG_CACHE_HOME/dream; empty: no such place is known
};

/// The folder "dream" in that of an XDG variable, or else below HOME; empty where neither is absolute.
[[nodiscard]] std::filesystem::path xdg_folder(const char* variable, const char* below_home,
                                               const EnvironmentLookup& lookup);

/// The place of a run: by the XDG variables, or below HOME. Creates nothing.
[[nodiscard]] std::shared_ptr<const Place> make_place(std::string session, std::filesystem::path root,
                                                      const EnvironmentLookup& lookup);

/// A new UUID.
[[nodiscard]] std::string new_session_id();

/// Makes sure that the folder exists, is this user's, and nobody else may look into it; its parents are
/// created likewise where they are missing.
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& folder);

/// Whether it is this user's, and closed to everybody else.
[[nodiscard]] bool is_users_alone(const struct stat& status);

/// A folder that is this user's alone; not open: it isn't there. Its name is looked up in `above`, a
/// descriptor, where that is given. Error{io}: it isn't the user's alone, so what is in it is ignored.
[[nodiscard]] Result<Descriptor> open_private_folder(const std::filesystem::path& folder,
                                                     std::optional<int> above = {});

/// A regular file of such a folder that is this user's alone, for O_RDWR or O_RDONLY. None, with errno set.
[[nodiscard]] Descriptor open_private_file(const Descriptor& folder, const std::string& name, int access);

}  // namespace dream::plugin
