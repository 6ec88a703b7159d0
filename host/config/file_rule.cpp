#include "config/file_rule.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/shell_quote.hpp"
#include "base/text.hpp"

namespace dream::config {

FileRule::FileRule(const FoundFile& standing, Trusts trusts)
    : judges_(true),
      standing_owner_(standing.status.st_uid),
      standing_is_open_((standing.status.st_mode & S_IWOTH) != 0),
      trusts_(std::move(trusts)) {}

FileRule FileRule::of_workspace(const std::filesystem::path& folder) const {
  FileRule rule = *this;
  rule.root_ = folder;
  return rule;
}

Result<std::optional<FoundFile>> FileRule::find(const std::filesystem::path& file) const {
  Result<std::optional<FoundFile>> found =
      find_file(file, [this](const FoundFile& place) { return judge(place); });
  if (found) return found;
  Error error = found.error();
  error.code = ErrorCode::configuration;
  return error;
}

Result<void> FileRule::judge(const FoundFile& place) const {
  if (!judges_) return {};
  const bool is_link = S_ISLNK(place.status.st_mode);
  if (S_ISDIR(place.status.st_mode)) return {};
  const uid_t owner = place.status.st_uid;
  // Into a folder that is open to everybody, others may have moved a file of its owner.
  const bool of_folders_owner = owner == standing_owner_ && !standing_is_open_;
  const bool is_owner = is_trusted_owner(place) || of_folders_owner;
  const bool is_open = (S_ISREG(place.status.st_mode) || S_ISFIFO(place.status.st_mode)) &&
                       (place.status.st_mode & S_IWOTH) != 0;
  if (is_owner && !is_open) return {};
  if (trusts_ && trusts_(root_)) return {};
  const std::string path = place.path.string();
  const std::string trust =
      fmt::format("`dream trust {}`, or dream with --trust for this once", shell_quoted(root_.string()));
  if (is_owner) {
    return Error{ErrorCode::configuration, "is not obeyed: everybody may write to it", printable(path),
                 fmt::format("`chmod o-w {}`; if you trust it as it is, {}", shell_quoted(path), trust)};
  }
  return Error{
      ErrorCode::configuration,
      fmt::format("is not obeyed: the {} belongs to {}", is_link ? "link" : "file", user_words(owner)),
      printable(path), "if you trust it: " + trust};
}

}  // namespace dream::config
