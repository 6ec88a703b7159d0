#include "plugin/place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/open_file.hpp"
#include "base/shell_quote.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

constexpr mode_t only_the_user = 0700;
constexpr mode_t others = 0077;

Error unsafe(const fs::path& folder, std::string what) {
  return {ErrorCode::io, std::move(what), folder.string(), {}};
}

/// A link of somebody else may lead to anything of this user's.
Result<void> is_no_foreign_link(const FoundFile& place) {
  if (!S_ISLNK(place.status.st_mode) || is_trusted_owner(place)) return {};
  return unsafe(place.path, "is a link of " + user_words(place.status.st_uid));
}

/// With the parents that are missing.
Result<FoundFile> make_folder(const fs::path& folder) {
  Result<std::optional<FoundFile>> found = find_file(folder, is_no_foreign_link);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  if (folder.has_relative_path()) {
    const Result<FoundFile> above = make_folder(folder.parent_path());
    if (!above) return above.error();
    if (::mkdirat(above->descriptor.get(), folder.filename().c_str(), only_the_user) != 0 && errno != EEXIST)
      return unsafe(folder, std::string("can't be created: ") + std::strerror(errno));
    found = find_file(folder, is_no_foreign_link);
    if (!found) return found.error();
    if (*found) return std::move(**found);
  }
  return unsafe(folder, "can't be created: there is a link to nothing");
}

/// Closes it to others.
bool close_to_others(const FoundFile& folder) {
  const Descriptor opened(::openat(folder.descriptor.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && ::fchmod(opened.get(), only_the_user) == 0;
}

}  // namespace

fs::path xdg_folder(const char* variable, const char* below_home, const EnvironmentLookup& lookup) {
  const std::string value = lookup(variable).value_or("");
  // The XDG specification ignores a relative path.
  if (value.starts_with('/')) return fs::path(value) / "dream";
  const std::string home = lookup("HOME").value_or("");
  if (home.starts_with('/')) return fs::path(home) / below_home / "dream";
  return {};
}

std::shared_ptr<const Place> make_place(std::string session, fs::path root, const EnvironmentLookup& lookup) {
  return std::make_shared<const Place>(Place{.session = std::move(session),
                                             .root = std::move(root),
                                             .state = xdg_folder("XDG_STATE_HOME", ".local/state", lookup),
                                             .cache = xdg_folder("XDG_CACHE_HOME", ".cache", lookup)});
}

std::string new_session_id() {
  return boost::uuids::to_string(boost::uuids::random_generator_pure{}());
}

Result<void> make_private_folder(const fs::path& folder) {
  const Result<FoundFile> made = make_folder(folder);
  if (!made) return made.error();
  if (!S_ISDIR(made->status.st_mode)) return unsafe(folder, "is not a folder");
  if (made->status.st_uid != ::geteuid()) return unsafe(folder, "belongs to another user");
  if ((made->status.st_mode & others) != 0 && !close_to_others(*made))
    return unsafe(folder, std::string("can't be closed to others: ") + std::strerror(errno));
  return {};
}

bool is_users_alone(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & others) == 0;
}

Result<Descriptor> open_private_folder(const fs::path& folder, std::optional<int> above) {
  const auto failed = [&](const char* what) {
    return Error{ErrorCode::io, std::string(what) + ": " + std::strerror(errno), folder.string(),
                 system_remedy(errno)};
  };
  const fs::path name = above ? folder.filename() : folder;
  Descriptor opened(
      ::openat(above.value_or(AT_FDCWD), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.is_open() && errno == ENOENT) return Descriptor();
  if (!opened.is_open()) return failed("can't be opened");
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0) return failed("can't be looked at");
  if (is_users_alone(status)) return opened;
  return Error{ErrorCode::io, "is ignored: it isn't yours alone", folder.string(),
               fmt::format("look what is in it; `rm -r {}` gives it up", shell_quoted(folder.string()))};
}

Descriptor open_private_file(const Descriptor& folder, const std::string& name, int access) {
  Descriptor file(::openat(folder.get(), name.c_str(), access | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return {};
  if (S_ISREG(status.st_mode) && is_users_alone(status)) return file;
  errno = EPERM;
  return {};
}

}  // namespace dream::plugin
