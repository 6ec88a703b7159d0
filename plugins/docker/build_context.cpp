#include "build_context.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

#include "shared/tar.hpp"

namespace dream::docker {

namespace {

namespace fs = std::filesystem;
using sdk::Failure;
using sdk::Result;

constexpr std::size_t piece_size = std::size_t{64} * 1024;
constexpr std::string_view outside_name = ".dream.dockerfile";

Failure unreadable(const fs::path& file, const std::string& why) {
  return {DREAM_E_FAILED, "a file for the build of the image can't be read: " + why,
          "correct `build`, or name it in .dockerignore", file.string()};
}

Failure broken_off() {
  return {DREAM_E_FAILED, "the build of the image was broken off"};
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
    // The engine itself leaves both out of the image, if the ignore file says so.
    const bool is_for_engine = name == dockerfile_ || name == ".dockerignore";
    const bool ignored = !is_for_engine && ignore_.ignores(name);
    if (!ignored) entries_.push_back({entry.path(), name});
    const bool holds_dockerfile = dockerfile_.starts_with(name + "/");
    if (!is_folder || (ignored && !ignore_.has_exceptions() && !holds_dockerfile)) continue;
    if (Result<void> listed = list(entry.path(), name + "/"); !listed) return listed;
  }
  return {};
}

Result<std::string> BuildContext::begin(const Entry& entry) {
  const auto found = plugins::find_tar_entry(entry.file, entry.name);
  if (!found) return unreadable(entry.file, found.failure().message);
  if (!*found) return std::string();  // tar knows no sockets, and a device is one of this machine
  // The engine would wait for one that it reads itself.
  if ((*found)->type == '6' && entry.name == ".dockerignore") return std::string();
  left_ = (*found)->size;
  padding_ = plugins::tar_padding(left_);
  if (left_ > 0) {
    file_.close();
    file_.clear();
    file_.open(entry.file, std::ios::binary);
    if (!file_) return unreadable(entry.file, std::strerror(errno));
  }
  return plugins::tar_header(**found);
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
      piece += plugins::tar_end();
      break;
    }
    Result<std::string> more = begin(entries_[next_++]);
    if (!more) return more;
    piece += *more;
  }
  return piece;
}

}  // namespace dream::docker
