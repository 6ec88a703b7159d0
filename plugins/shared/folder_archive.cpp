#include "folder_archive.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::Failure;
using sdk::Result;

constexpr std::size_t piece_size = std::size_t{64} * 1024;

}  // namespace

Failure FolderArchive::unreadable(const fs::path& file, const std::string& why) const {
  Failure failure = contents_.unreadable;
  failure.message += ": " + why;
  failure.where = file.string();
  return failure;
}

Failure FolderArchive::broken_off() const {
  return {contents_.unreadable.code, "reading it was broken off", {}, contents_.folder.string()};
}

Result<std::uint64_t> FolderArchive::list() {
  entries_.clear();
  size_ = 0;
  next_ = 0;
  left_ = 0;
  padding_ = 0;
  ended_ = false;
  if (Result<void> listed = list(contents_.folder, ""); !listed) return listed.failure();
  for (const auto& [file, name] : contents_.besides) {
    const auto found = find_tar_entry(file, name);
    if (!found) return unreadable(file, found.failure().message);
    if (!*found) continue;
    if (Result<void> added = add(file, **found); !added) return added.failure();
  }
  return size_ + tar_end().size();
}

Result<void> FolderArchive::list(const fs::path& folder, const std::string& prefix) {
  std::error_code failure;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (interrupted_) return broken_off();
    found.push_back(entry->path());
  }
  if (failure) return unreadable(folder, failure.message());
  std::ranges::sort(found);  // the same archive for the same files
  for (const fs::path& file : found) {
    if (interrupted_) return broken_off();
    if (Result<void> listed = list_one(file, prefix + file.filename().string()); !listed) return listed;
  }
  return {};
}

Result<void> FolderArchive::list_one(const fs::path& file, const std::string& name) {
  const auto found = find_tar_entry(file, name);
  const char type = found && *found ? (*found)->type : '\0';
  const Archived choice = contents_.choose(name, type);
  if (choice == Archived::left_out) return {};
  if (!found) return unreadable(file, found.failure().message);
  if (!*found) return {};  // tar knows no sockets, and a device is one of this machine
  if (choice == Archived::taken) {
    if (Result<void> added = add(file, **found); !added) return added;
  }
  return type == '5' ? list(file, name + "/") : Result<void>();
}

Result<void> FolderArchive::add(const fs::path& file, TarEntry header) {
  size_ += tar_header(header).size();
  if (size_ > contents_.limit || header.size > contents_.limit - size_) {
    Failure failure = contents_.too_large;
    failure.where = file.string();
    return failure;
  }
  size_ += header.size + tar_padding(header.size);
  entries_.push_back({file, std::move(header)});
  return {};
}

/// Empty: it is none that an archive has any more.
Result<std::string> FolderArchive::begin(const Entry& entry) {
  TarEntry header = entry.header;
  if (!contents_.is_promised) {
    const std::string name = header.name.substr(0, header.name.find_last_not_of('/') + 1);
    auto found = find_tar_entry(entry.file, name);
    if (!found) return unreadable(entry.file, found.failure().message);
    if (!*found) return std::string();
    header = **std::move(found);
  }
  left_ = header.size;
  padding_ = tar_padding(left_);
  if (left_ > 0) {
    file_.close();
    file_.clear();
    file_.open(entry.file, std::ios::binary);
    if (!file_) return unreadable(entry.file, std::strerror(errno));
  }
  return tar_header(header);
}

Result<std::string> FolderArchive::go_on() {
  std::string piece(std::min<std::uint64_t>(left_, piece_size), '\0');
  file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  if (static_cast<std::size_t>(file_.gcount()) != piece.size())
    return unreadable(entries_[next_ - 1].file, "it became shorter meanwhile");
  left_ -= piece.size();
  return piece;
}

Result<std::string> FolderArchive::next() {
  std::string piece;
  // Small files go together.
  while (piece.size() < piece_size && !ended_) {
    if (interrupted_) return broken_off();
    if (left_ > 0) {
      Result<std::string> more = go_on();
      if (!more) return more;
      piece += *more;
    }
    if (left_ > 0) continue;
    piece.append(std::exchange(padding_, 0), '\0');
    if (next_ == entries_.size()) {
      ended_ = true;
      piece += tar_end();
      break;
    }
    Result<std::string> more = begin(entries_[next_++]);
    if (!more) return more;
    piece += *more;
  }
  return piece;
}

}  // namespace dream::plugins
