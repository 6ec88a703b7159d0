#include "base/executable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/shell_quote.hpp"

namespace dream {

namespace {

/// What POSIX shells use when PATH is not set.
constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

std::string in_directory(std::string_view directory, std::string_view name) {
  if (name.starts_with('/') || directory.empty()) return std::string(name);
  std::string path(directory);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

bool is_on_noexec(const std::string& path) {
  struct statvfs system {};
  return ::statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
}

Error not_executable(const std::string& path) {
  struct stat status {};
  const bool is_folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (is_folder)
    return {ErrorCode::not_executable, "this is a folder, not a program", path, "name the program inside it"};
  if (is_on_noexec(path))
    return {ErrorCode::not_executable,
            "nothing can be executed from the file system that it lies on, which is mounted noexec", path,
            "name the program that reads it, as in \"sh FILE\", or mount it with exec"};
  return {ErrorCode::not_executable, "this file can't be executed", path,
          "make it executable: chmod +x " + shell_quoted(path)};
}

/// Programs of any kind have a NUL among their first bytes, before anything that ends a line.
constexpr std::size_t looked_at = 256;

/// nullopt: the file can't be read.
std::optional<std::string> begin_of(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string begin(looked_at, '\0');
  const ssize_t size = file.is_open() ? ::read(file.get(), begin.data(), begin.size()) : -1;
  if (size < 0) return std::nullopt;
  begin.resize(static_cast<std::size_t>(size));
  return begin;
}

/// 0 when `path` is an executable file, else an errno: EACCES when it exists, else why it doesn't.
int executable_errno(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode) || ::access(path.c_str(), X_OK) != 0) return EACCES;
  return 0;
}

/// /bin/sh takes what begins with a - for options.
Executable executable(const std::string& written, const std::string& path) {
  return {path, written.starts_with('-') ? path : written};
}

/// About a name with a blank in it.
constexpr const char* words_are_apart =
    "each word is an element of the array; a string is a line for the shell";

/// The path of a program that another tool has installed for this project or one above it, from `directory`;
/// empty: there is none.
std::string installed_nearby(const std::string& name, const std::string& directory,
                             const std::string& folder) {
  constexpr int most_folders = 32;
  std::string up;
  for (int above = 0; above < most_folders; ++above, up += "../") {
    std::string path = up;
    path.append(folder).append("/").append(name);
    if (executable_errno(in_directory(directory, path)) == 0) return path;
    if (::access(in_directory(directory, up + "dream.json").c_str(), F_OK) == 0) break;
  }
  return {};
}

/// What to write instead of a name that PATH doesn't have.
std::string remedy_for(const std::string& name, const std::string& directory) {
  constexpr std::array<std::string_view, 13> of_shells{"cd",   "export", "source", ".",    "alias",
                                                       "set",  "unset",  "eval",   "exec", "umask",
                                                       "trap", "ulimit", "exit"};
  if (std::ranges::find(of_shells, name) != of_shells.end())
    return name + " is the shell's: write a string, which is a line for it";
  if (name.find(' ') != std::string::npos) return words_are_apart;
  if (!installed_nearby(name, directory, "node_modules/.bin").empty())
    return "it is in node_modules/.bin: begin with \"npx\", or name a script of package.json";
  for (const char* folder : {".venv/bin", "venv/bin"})
    if (const std::string path = installed_nearby(name, directory, folder); !path.empty())
      return "it is in " + std::string(folder) + ": write \"" + path + "\"";
  return "install it, or give its path";
}

}  // namespace

std::string_view search_path_of(const std::vector<std::string>& environment) {
  std::string_view path = default_path;
  for (const std::string& entry : environment) {
    if (entry.starts_with("PATH=")) path = std::string_view(entry).substr(5);
  }
  return path;
}

Result<Executable> find_executable(const std::string& name, const std::string& directory,
                                   const std::vector<std::string>& environment) {
  if (name.empty()) return Error{ErrorCode::not_found, "the name of the program is empty", {}, {}};
  if (name.find('/') != std::string::npos) {
    const std::string path = in_directory(directory, name);
    const int problem = executable_errno(path);
    if (problem == 0) return executable(name, path);
    if (problem == EACCES) return not_executable(path);
    std::string hint;
    if (name.starts_with("~/"))
      hint = "~ isn't expanded in an array: write \"${HOME}" + name.substr(1) + "\"";
    else if (name.find(' ') != std::string::npos)
      hint = words_are_apart;
    std::string message = "no such program";
    if (problem != ENOENT && problem != ENOTDIR) message.append(": ").append(std::strerror(problem));
    return Error{ErrorCode::not_found, std::move(message), path, std::move(hint)};
  }
  std::string_view rest = search_path_of(environment);
  std::string found_but_not_executable;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string written = in_directory(folder, name);
    const std::string path = in_directory(directory, written);
    const int problem = executable_errno(path);
    if (problem == 0) return executable(written, path);
    if (problem == EACCES && ::access(path.c_str(), F_OK) == 0) found_but_not_executable = path;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (!found_but_not_executable.empty()) return not_executable(found_but_not_executable);
  return Error{ErrorCode::not_found, "no program \"" + name + "\" in PATH", {}, remedy_for(name, directory)};
}

bool is_text(const std::string& path) {
  const std::optional<std::string> begin = begin_of(path);
  return begin && begin->substr(0, begin->find('\n')).find('\0') == std::string::npos;
}

std::string missing_interpreter(const std::string& path) {
  const std::string begin = begin_of(path).value_or("");
  if (!begin.starts_with("#!")) return {};
  constexpr std::string_view blanks = " \t";
  const std::string_view line = std::string_view(begin).substr(2, begin.find('\n') - 2);
  const std::size_t first = std::min(line.find_first_not_of(blanks), line.size());
  const std::string name(line.substr(first, line.find_first_of(blanks, first) - first));
  const bool is_missing = name.starts_with('/') && ::access(name.c_str(), F_OK) != 0 && errno == ENOENT;
  return is_missing ? name : std::string();
}

Error lacks_interpreter(const std::string& path) {
  return {ErrorCode::not_found, "the interpreter that its first line names, or its loader, was not found",
          path, "a line end of Windows (\\r\\n) after the #! line has this effect, too"};
}

Result<void> check_directory(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return Error{ErrorCode::not_found,
                 std::string("the folder can't be entered: ") + std::strerror(errno),
                 directory,
                 {}};
  }
  if (!S_ISDIR(status.st_mode)) return Error{ErrorCode::not_found, "this is not a folder", directory, {}};
  if (::access(directory.c_str(), X_OK) != 0) {
    return Error{ErrorCode::not_executable, "the folder can't be entered: no permission", directory, {}};
  }
  return {};
}

}  // namespace dream
