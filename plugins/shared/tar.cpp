#include "tar.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace dream::plugins {

namespace {

constexpr std::size_t block = 512;

/// A number as tar has it: octal digits, and a NUL; in base 256 when it is larger than they can say.
void put_number(std::string& header, std::size_t at, std::size_t width, std::uint64_t value) {
  const std::uint64_t limit = std::uint64_t{1} << (3 * (width - 1));
  const bool binary = value >= limit;
  for (std::size_t digit = width - (binary ? 0 : 1); digit-- > 0;) {
    header[at + digit] = static_cast<char>(binary ? value & 0xffU : '0' + (value & 7U));
    value >>= binary ? 8U : 3U;
  }
  if (binary) header[at] = static_cast<char>(0x80);
}

void put_text(std::string& header, std::size_t at, std::size_t width, const std::string& text) {
  header.replace(at, std::min(width, text.size()), text, 0, width);
}

/// One header of the old form that everybody reads.
std::string plain_header(const std::string& name, const std::string& link, char type, std::uint64_t size,
                         mode_t mode, std::int64_t time) {
  constexpr std::size_t checksum_at = 148;
  constexpr std::size_t checksum_width = 8;
  std::string header(block, '\0');
  put_text(header, 0, 100, name);
  put_number(header, 100, 8, mode & 07777U);
  put_number(header, 108, 8, 0);  // everything belongs to root, as docker's client has it
  put_number(header, 116, 8, 0);
  put_number(header, 124, 12, size);
  put_number(header, 136, 12, time > 0 ? static_cast<std::uint64_t>(time) : 0U);
  header.replace(checksum_at, checksum_width, checksum_width, ' ');
  header[156] = type;
  put_text(header, 157, 100, link);
  put_text(header, 257, 8, "ustar  ");
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put_number(header, checksum_at, checksum_width - 1, sum);
  return header;
}

/// What makes a name longer than the header's field known: GNU's way.
std::string long_name(const std::string& name, char type) {
  constexpr std::size_t longest = 100;
  if (name.size() <= longest) return {};
  std::string text = plain_header("././@LongLink", "", type, name.size() + 1, 0644, 0) + name + '\0';
  text.resize((text.size() + block - 1) / block * block, '\0');
  return text;
}

}  // namespace

sdk::Result<std::optional<TarEntry>> find_tar_entry(const std::filesystem::path& file,
                                                    const std::string& name) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return sdk::Failure{DREAM_E_FAILED, std::strerror(errno)};
  TarEntry entry{.name = name, .mode = status.st_mode, .time = status.st_mtime};
  if (S_ISDIR(status.st_mode)) {
    entry.type = '5';
    entry.name += '/';
  } else if (S_ISLNK(status.st_mode)) {
    std::error_code failure;
    entry.type = '2';
    entry.link = std::filesystem::read_symlink(file, failure).string();
    if (failure) return sdk::Failure{DREAM_E_FAILED, failure.message()};
  } else if (S_ISREG(status.st_mode)) {
    entry.size = static_cast<std::uint64_t>(status.st_size);
  } else if (S_ISFIFO(status.st_mode)) {
    entry.type = '6';
  } else {
    return std::optional<TarEntry>();
  }
  return std::optional<TarEntry>(std::move(entry));
}

std::string tar_header(const TarEntry& entry) {
  return long_name(entry.link, 'K') + long_name(entry.name, 'L') +
         plain_header(entry.name, entry.link, entry.type, entry.size, entry.mode, entry.time);
}

std::uint64_t tar_padding(std::uint64_t size) {
  return (block - size % block) % block;
}

std::string tar_end() {
  std::string end;
  end.resize(2 * block);
  return end;
}

}  // namespace dream::plugins
