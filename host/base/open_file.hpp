#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dream {

/// A file, folder or link that was looked up once. What is asked of it afterwards is asked of this very one,
/// whatever comes under its name meanwhile.
struct FoundFile {
  std::filesystem::path path;  ///< absolute, without links
  struct stat status {};
  Descriptor descriptor;       ///< O_PATH: neither read nor written, and no device has noticed
  bool beside_others = false;  ///< everybody may put files into a folder on the way to it
};

/// Judges each place that the way to a file leads through: the folders from the root, every symbolic link,
/// and at last the file itself. An Error ends the search.
using Judge = std::function<Result<void>(const FoundFile& place)>;

/// Follows a path from folder to folder, links included; no name is looked up twice. nullopt: there is no
/// such file. Errors have the code io and no hint but that of system_remedy().
[[nodiscard]] Result<std::optional<FoundFile>> find_file(const std::filesystem::path& path,
                                                         const Judge& judge = {});

/// The same file for reading. It never waits, neither here nor in read(). None, with errno set, when it can't
/// be read.
[[nodiscard]] Descriptor open_for_reading(const FoundFile& file);

/// Why open_for_reading() has failed, and what a person can do about it, which may be empty.
struct Unread {
  std::string why;
  std::string remedy;
};
[[nodiscard]] Unread unread(int error_number);

/// "a pipe", "a folder": what is there in place of a regular file.
[[nodiscard]] std::string kind_of_file(const struct stat& status);

/// What a person can do about a system call that failed; may be empty.
[[nodiscard]] std::string system_remedy(int error_number);

/// Whether what `user` writes is as good as one's own: this user, root, and whoever owns the root folder (in
/// a user namespace that is how root is shown), as they can replace everything anyway.
[[nodiscard]] bool is_trusted_user(uid_t user);

/// Whether that is so of the owner of a place. In a user namespace root and everybody else who has no number
/// there are one: such an owner doesn't count where others can put files.
[[nodiscard]] bool is_trusted_owner(const FoundFile& place);

/// "user mallory (4712)", for messages.
[[nodiscard]] std::string user_words(uid_t user);

}  // namespace dream
