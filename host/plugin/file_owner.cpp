#include "plugin/file_owner.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <system_error>

#include "base/shell_quote.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

/// Many systems give each user a group of their own, and let it write: it has the user's name, is the user's
/// first one, and nobody else is in it.
bool is_own_group(gid_t group) {
  const passwd* user = ::getpwuid(::geteuid());
  if (user == nullptr || user->pw_gid != group) return false;
  const std::string name = user->pw_name;
  const struct group* entry = ::getgrgid(group);
  if (entry == nullptr || name != entry->gr_name) return false;
  for (char* const* member = entry->gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  return true;
}

/// Whoever owns the root folder can replace everything anyway. That is root, or whoever root is shown as in a
/// user namespace.
bool may_own(uid_t user) {
  struct stat root {};
  return user == 0 || user == ::geteuid() || (::stat("/", &root) == 0 && user == root.st_uid);
}

/// What is wrong with one place on the way to a file.
struct Access {
  std::string who;     ///< "everybody may change"
  std::string remedy;  ///< "chmod o-w /x"
};

std::optional<Access> access_of_others(const struct stat& status, const fs::path& place) {
  if (!may_own(status.st_uid))
    return Access{"another user owns", "make it yours or root's: chown root " + shell_quoted(place.string())};
  // In a folder like /tmp, each may replace only what is theirs.
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return std::nullopt;
  if ((status.st_mode & S_IWOTH) != 0) {
    return Access{"everybody may change", "chmod o-w " + shell_quoted(place.string())};
  }
  if ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && !is_own_group(status.st_gid)) {
    return Access{"a whole group may change", "chmod g-w " + shell_quoted(place.string())};
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_owner(const fs::path& path) {
  std::error_code failure;
  const fs::path file = fs::canonical(path, failure);
  if (failure) return {};  // what is wrong with it, loading tells better
  for (fs::path place = file;; place = place.parent_path()) {
    struct stat status {};
    if (::stat(place.c_str(), &status) != 0) return {};
    if (const std::optional<Access> access = access_of_others(status, place)) {
      return Error{ErrorCode::plugin,
                   fmt::format("is not loaded: {} {}", access->who,
                               place == file ? "it" : "the folder " + place.string()),
                   path.string(), access->remedy};
    }
    if (place == place.parent_path()) return {};
  }
}

}  // namespace dream::plugin
