#include "build_context.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

namespace dream::docker {

namespace {

namespace fs = std::filesystem;
using sdk::Failure;
using sdk::Result;

constexpr std::size_t block = 512;
constexpr std::size_t piece_size = std::size_t{64} * 1024;
constexpr std::string_view outside_name = ".dream.dockerfile";

Failure unreadable(const fs::path& file, const std::string& why) {
  return {DREAM_E_FAILED, "a file for the build of the image can't be read: " + why,
          "correct `build`, or name it in .dockerignore", file.string()};
}

Failure broken_off() {
  return {DREAM_E_FAILED, "the build of the image was broken off"};
}

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
  put_number(header, 108, 8, 0);  // files of a context belong to root, as docker's client has it
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

Result<fs::path> BuildContext::find_dockerfile(const fs::path& project, const std::string& context,
                                               const std::string& dockerfile) {
  std::error_code failure;
  const fs::path folder = (project / context).lexically_normal();
  if (!fs::is_directory(folder, failure)) {
    return Failure{DREAM_E_OPTIONS, "the folder to build from doesn't exist: " + folder.string(),
                   "create it, or correct the context", "/build/context"};
  }
  const fs::path file = (folder / (dockerfile.empty() ? "Dockerfile" : dockerfile)).lexically_normal();
  if (fs::is_regular_file(file, failure)) return file;
  return Failure{DREAM_E_OPTIONS, "there is no Dockerfile " + file.string(), "write it, or correct the path",
                 dockerfile.empty() ? "/build" : "/build/dockerfile"};
}

BuildContext::BuildContext(fs::path folder, fs::path dockerfile)
    : folder_(std::move(folder)), dockerfile_file_(std::move(dockerfile)) {
  const std::string name = dockerfile_file_.lexically_relative(folder_.lexically_normal()).generic_string();
  const bool outside = name.empty() || name.starts_with("..");
  dockerfile_ = outside ? std::string(outside_name) : name;
}

/// One that belongs to this Dockerfile alone comes before that of the folder.
void BuildContext::read_ignore_file() {
  for (const fs::path& path :
       {fs::path(dockerfile_file_.string() + ".dockerignore"), folder_ / ".dockerignore"}) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) continue;  // a pipe would be waited for
    std::ifstream stream(path, std::ios::binary);
    if (!stream) continue;
    ignore_ = IgnoreFile(std::string{std::istreambuf_iterator<char>(stream), {}});
    return;
  }
}

Result<void> BuildContext::list() {
  read_ignore_file();
  if (Result<void> listed = list(folder_, ""); !listed) return listed;
  if (dockerfile_ == outside_name) entries_.push_back({dockerfile_file_, dockerfile_});
  return {};
}

Result<void> BuildContext::list(const fs::path& folder, const std::string& prefix) {
  std::error_code failure;
  std::vector<fs::directory_entry> found;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (interrupted_) return broken_off();
    found.push_back(*entry);
  }
  if (failure) return unreadable(folder, failure.message());
  std::ranges::sort(found);  // the same archive for the same files
  for (const fs::directory_entry& entry : found) {
    if (interrupted_) return broken_off();
    const std::string name = prefix + entry.path().filename().string();
    const bool is_folder = entry.is_directory(failure) && !entry.is_symlink(failure);
    const bool ignored = name != dockerfile_ && ignore_.ignores(name);
    if (!ignored) entries_.push_back({entry.path(), name});
    const bool holds_dockerfile = dockerfile_.starts_with(name + "/");
    if (!is_folder || (ignored && !ignore_.has_exceptions() && !holds_dockerfile)) continue;
    if (Result<void> listed = list(entry.path(), name + "/"); !listed) return listed;
  }
  return {};
}

Result<std::string> BuildContext::begin(const Entry& entry) {
  struct stat status {};
  if (::lstat(entry.file.c_str(), &status) != 0) return unreadable(entry.file, std::strerror(errno));
  std::string name = entry.name;
  std::string link;
  char type = '0';
  std::uint64_t size = 0;
  if (S_ISDIR(status.st_mode)) {
    type = '5';
    name += '/';
  } else if (S_ISLNK(status.st_mode)) {
    std::error_code failure;
    type = '2';
    link = fs::read_symlink(entry.file, failure).string();
    if (failure) return unreadable(entry.file, failure.message());
  } else if (S_ISREG(status.st_mode)) {
    size = static_cast<std::uint64_t>(status.st_size);
    file_.close();
    file_.clear();
    file_.open(entry.file, std::ios::binary);
    if (!file_) return unreadable(entry.file, std::strerror(errno));
  } else {
    return std::string();  // sockets and pipes have no place in an image
  }
  left_ = size;
  padding_ = (block - size % block) % block;
  return long_name(link, 'K') + long_name(name, 'L') +
         plain_header(name, link, type, size, status.st_mode, status.st_mtime);
}

Result<std::string> BuildContext::go_on() {
  std::string piece(std::min<std::uint64_t>(left_, piece_size), '\0');
  file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  if (static_cast<std::size_t>(file_.gcount()) != piece.size()) {
    return unreadable(entries_[next_ - 1].file, "it became shorter meanwhile");
  }
  left_ -= piece.size();
  return piece;
}

Result<std::string> BuildContext::next() {
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
      piece.append(2 * block, '\0');
      break;
    }
    Result<std::string> more = begin(entries_[next_++]);
    if (!more) return more;
    piece += *more;
  }
  return piece;
}

}  // namespace dream::docker
