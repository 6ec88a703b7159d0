#include "output/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace dream::output {

namespace {

/// What stands before the bytes of each append: their number, and in the lowest bit their stream.
using Head = std::uint64_t;

Error system_error(const char* what, int error, const std::string& where) {
  return {ErrorCode::io, std::string(what) + ": " + std::strerror(error), where, {}};
}

}  // namespace

std::string temporary_folder() {
  // /tmp is in memory on many machines; /var/tmp is on a disk, as the Filesystem Hierarchy Standard has it.
  const char* named = std::getenv("TMPDIR");
  for (const char* folder : {named, "/var/tmp"})
    if (folder != nullptr && *folder != '\0' && Spool::make(folder)) return folder;
  return "/tmp";
}

Result<std::unique_ptr<Spool>> Spool::make(const std::string& folder) {
  Descriptor descriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!descriptor.is_open()) {  // not every file system has files without a name
    std::string path = folder + "/dream-XXXXXX";
    descriptor = Descriptor(::mkostemp(path.data(), O_CLOEXEC));
    if (!descriptor.is_open()) return system_error("can't create a temporary file", errno, folder);
    ::unlink(path.c_str());
  }
  return std::unique_ptr<Spool>(new Spool(std::move(descriptor)));
}

Result<void> Spool::append(Stream stream, std::string_view bytes) {
  if (bytes.empty()) return {};
  const Head head = Head{bytes.size()} * 2 + (stream == Stream::err ? 1 : 0);
  std::string record(sizeof head, '\0');
  std::memcpy(record.data(), &head, sizeof head);
  record += bytes;
  for (std::size_t written = 0; written < record.size();) {
    const ssize_t count = ::pwrite(descriptor_.get(), record.data() + written, record.size() - written,
                                   static_cast<off_t>(end_ + written));
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      return system_error("can't write a temporary file", errno, {});
    }
  }
  end_ += record.size();
  return {};
}

bool Spool::read_all(char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::pread(descriptor_.get(), bytes, size, static_cast<off_t>(taken_));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;  // somebody cut the file off
    if (count <= 0) return false;
    bytes += count;
    size -= static_cast<std::size_t>(count);
    taken_ += static_cast<std::size_t>(count);
  }
  return true;
}

Result<std::optional<Spool::Piece>> Spool::take(std::span<char> buffer) {
  const auto unreadable = [] { return system_error("can't read a temporary file", errno, {}); };
  if (left_in_record_ == 0) {
    if (taken_ == end_) return std::optional<Piece>{};
    Head head = 0;
    std::array<char, sizeof head> bytes{};
    if (!read_all(bytes.data(), bytes.size())) return unreadable();
    std::memcpy(&head, bytes.data(), sizeof head);
    left_in_record_ = static_cast<std::size_t>(head / 2);
    stream_ = head % 2 == 0 ? Stream::out : Stream::err;
  }
  const std::size_t size = std::min(buffer.size(), left_in_record_);
  if (!read_all(buffer.data(), size)) return unreadable();
  left_in_record_ -= size;
  return std::optional<Piece>({stream_, std::string_view(buffer.data(), size)});
}

}  // namespace dream::output
