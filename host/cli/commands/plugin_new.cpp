#include "cli/commands/plugin_new.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "cli/terminal.hpp"
#include "plugin/search_path.hpp"

namespace dream::cli {

namespace {

namespace fs = std::filesystem;

struct TemplateFile {
  std::string_view path;  ///< from the repository's folder
  std::string_view text;
};

#include "plugin_template.inc"

/// Names of targets that CMake has itself.
constexpr std::array taken_names{"all",     "clean",   "edit_cache",    "help",
                                 "install", "package", "rebuild_cache", "test"};

Result<void> check_name(const std::string& name) {
  if (!plugin::is_id(name) || name[0] < 'a') {
    return Error{ErrorCode::usage,
                 "\"" + printable(name) + "\" can't be an executor's name",
                 {},
                 "a name begins with a lower-case letter and has lower-case letters, digits, - and _"};
  }
  if (std::ranges::find(taken_names, name) != taken_names.end()) {
    return Error{
        ErrorCode::usage, "CMake has a target \"" + name + "\" of its own", {}, "choose another name"};
  }
  return {};
}

/// "my-tool" -> "MyTool".
std::string class_name(const std::string& name) {
  std::string words;
  bool begins = true;
  for (const char c : name) {
    if (c == '-' || c == '_') {
      begins = true;
      continue;
    }
    words += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return words;
}

std::string replaced(std::string_view text, std::string_view what, const std::string& by) {
  std::string result;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what)) {
    result += std::string(text.substr(0, at)) + by;
    text.remove_prefix(at + what.size());
  }
  return result += text;
}

/// The templates are a plugin called acme.
std::string for_name(std::string_view text, const std::string& name) {
  return replaced(replaced(text, "Acme", class_name(name)), "acme", name);
}

/// A file that begins with a dot would be a rule of this repository, too.
fs::path path_of(const TemplateFile& file, const fs::path& folder, const std::string& name) {
  return folder / (file.path == "gitignore" ? ".gitignore" : for_name(file.path, name));
}

Error refused(const fs::path& path, int problem) {
  return {ErrorCode::io, std::string("can't be written: ") + std::strerror(problem), path.string(), {}};
}

/// Only where there is none.
Result<void> write_new(const fs::path& path, const std::string& text) {
  std::error_code failure;
  fs::create_directories(path.parent_path(), failure);
  if (failure) return refused(path.parent_path(), failure.value());
  const int problem = write_new_file(path, text);
  return problem == 0 ? Result<void>() : refused(path, problem);
}

Result<void> write_repository(const fs::path& folder, const std::string& name) {
  if (Result<void> sound = check_name(name); !sound) return sound;
  for (const TemplateFile& file : template_files) {
    std::error_code failure;
    const fs::path path = path_of(file, folder, name);
    if (fs::exists(fs::symlink_status(path, failure))) {
      return Error{ErrorCode::usage, "exists already, and nothing is overwritten", path.string(),
                   "name another folder: dream plugin new " + shell_quoted(name) + " DIR"};
    }
  }
  for (const TemplateFile& file : template_files) {
    Result<void> written = write_new(path_of(file, folder, name), for_name(file.text, name));
    if (!written) return written;
  }
  return {};
}

}  // namespace

int new_plugin(const Options& options) {
  const std::string& name = options.words[0];
  const fs::path folder =
      options.directory.value_or("") / (options.words.size() > 1 ? options.words[1] : name);
  if (const Result<void> written = write_repository(folder, name); !written) {
    complain(written.error());
    return exit_nothing_run;
  }
  const std::string shown = printable(folder.string());
  return print("wrote the executor plugin " + name + " to " + shown + "; build and check it:\n  cmake -S " +
               shown + " -B " + shown + "/build && cmake --build " + shown + "/build && ctest --test-dir " +
               shown + "/build\n");
}

}  // namespace dream::cli
