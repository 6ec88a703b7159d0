#include "plugin/file_owner.hpp"

#include <endian.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/shell_quote.hpp"
#include "base/text.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

/// Its list of members doesn't have those whose first group it is.
bool is_first_group_of_others(gid_t group) {
  bool is_shared = false;
  ::setpwent();
  while (const passwd* user = ::getpwent())
    is_shared = is_shared || (user->pw_gid == group && user->pw_uid != ::geteuid());
  ::endpwent();
  return is_shared;
}

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
  return !is_first_group_of_others(group);
}

/// Users can be many: they are gone through once.
bool is_trusted_group(gid_t group) {
  static std::map<gid_t, bool> known;
  if (group == 0) return true;
  const auto [answer, is_new] = known.try_emplace(group, false);
  if (is_new) answer->second = is_own_group(group);
  return answer->second;
}

/// What is wrong with one place on the way to a file.
struct Access {
  std::string who;     ///< "everybody may change"
  std::string remedy;  ///< "chmod o-w /x"
};

using AccessList = std::vector<posix_acl_xattr_entry>;

/// Empty: the place has none, or its file system knows none.
AccessList access_list(const FoundFile& place, const char* name) {
  std::array<char, 65536> value;  // NOLINT(*-member-init): the largest that there is; getxattr() fills it
  const std::string file = fmt::format("/proc/self/fd/{}", place.descriptor.get());
  const ssize_t size = ::getxattr(file.c_str(), name, value.data(), value.size());
  if (size < static_cast<ssize_t>(sizeof(posix_acl_xattr_header))) return {};
  AccessList entries((static_cast<std::size_t>(size) - sizeof(posix_acl_xattr_header)) /
                     sizeof(posix_acl_xattr_entry));
  if (!entries.empty()) {
    std::memcpy(entries.data(), value.data() + sizeof(posix_acl_xattr_header),
                entries.size() * sizeof(posix_acl_xattr_entry));
  }
  return entries;
}

/// Who of a list may write; the mask limits all but the owner and the rest of the world. The remedy is for
/// the place; `clear` is the command that takes the list away.
std::optional<Access> writer_in(const AccessList& list, const FoundFile& place, const std::string& clear) {
  bool masked = false;
  for (const posix_acl_xattr_entry& entry : list) {
    if (le16toh(entry.e_tag) == ACL_MASK) masked = (le16toh(entry.e_perm) & ACL_WRITE) == 0;
  }
  const std::string path = shell_quoted(place.path.string());
  for (const posix_acl_xattr_entry& entry : list) {
    const int tag = le16toh(entry.e_tag);
    const std::uint32_t id = le32toh(entry.e_id);
    if ((le16toh(entry.e_perm) & ACL_WRITE) == 0 || (masked && tag != ACL_OTHER)) continue;
    if (tag == ACL_OTHER)
      return Access{"everybody may change", (clear.empty() ? "chmod o-w " : clear) + path};
    if (tag == ACL_USER && !is_trusted_user(id)) return Access{user_words(id) + " may change", clear + path};
    if (tag == ACL_GROUP && !is_trusted_group(id)) return Access{"a whole group may change", clear + path};
    if (tag == ACL_GROUP_OBJ && !is_trusted_group(place.status.st_gid)) {
      return Access{"a whole group may change", (clear.empty() ? "chmod g-w " : clear) + path};
    }
  }
  return std::nullopt;
}

/// The three classes of a mode as a list.
AccessList list_of_mode(mode_t mode) {
  const auto entry = [](int tag, mode_t bits) {
    return posix_acl_xattr_entry{htole16(static_cast<std::uint16_t>(tag)),
                                 htole16(static_cast<std::uint16_t>(bits & 7U)), htole32(ACL_UNDEFINED_ID)};
  };
  return {entry(ACL_USER_OBJ, mode >> 6U), entry(ACL_GROUP_OBJ, mode >> 3U), entry(ACL_OTHER, mode)};
}

std::optional<Access> access_of_others(const FoundFile& place) {
  const struct stat& status = place.status;
  if (!is_trusted_owner(place)) {
    return Access{user_words(status.st_uid) + " owns",
                  "make it yours or root's: chown root " + shell_quoted(place.path.string())};
  }
  // A link is never changed, only replaced, which is a matter of its folder. In one like /tmp, each may
  // replace only what is theirs.
  if (S_ISLNK(status.st_mode)) return std::nullopt;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;  // never loaded
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return std::nullopt;
  if (S_ISDIR(status.st_mode)) {  // what is made there later would be open to them
    if (auto access = writer_in(access_list(place, "system.posix_acl_default"), place, "setfacl -k "))
      return access;
  }
  // Without the group's bit, which is the mask of a list, no list lets anybody in.
  if ((status.st_mode & S_IWGRP) != 0) {
    const AccessList list = access_list(place, "system.posix_acl_access");
    if (!list.empty()) return writer_in(list, place, "setfacl -b ");
  }
  return writer_in(list_of_mode(status.st_mode), place, "");
}

}  // namespace

Result<std::optional<FoundFile>> find_safe_file(const fs::path& path) {
  auto found = find_file(path, [&path](const FoundFile& place) -> Result<void> {
    const std::optional<Access> access = access_of_others(place);
    if (!access) return {};
    const std::string name = printable(place.path.string());
    const std::string what = S_ISLNK(place.status.st_mode)   ? "the link " + name
                             : S_ISDIR(place.status.st_mode) ? "the folder " + name
                                                             : "it";
    return Error{ErrorCode::plugin, fmt::format("is not loaded: {} {}", access->who, what), path.string(),
                 access->remedy};
  });
  if (found) return found;
  Error error = found.error();
  error.code = ErrorCode::plugin;
  return error;
}

}  // namespace dream::plugin
