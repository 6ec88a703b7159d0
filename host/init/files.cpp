#include "init/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/read_file.hpp"
#include "plan/workspace.hpp"
#include "shared/json.hpp"

namespace dream::init {

namespace fs = std::filesystem;

Result<std::optional<std::string>> read_text(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(file, failure)) return std::optional<std::string>();
  Result<std::string> text = config::read_file(file, most_bytes);
  if (!text) return text.error();
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // npm, pnpm and bun pass over it, too
  if (text->starts_with(byte_order_mark)) text->erase(0, byte_order_mark.size());
  if (text->find('\0') != std::string::npos)
    return Error{ErrorCode::configuration, "a NUL byte in the file", printable(file.string()), {}};
  return std::optional<std::string>(std::move(*text));
}

Error not_understood(const std::string& file, const std::string& why) {
  return {ErrorCode::configuration, "the file can't be understood: " + printable(why), printable(file), {}};
}

Result<std::optional<Json>> read_object(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return std::optional<Json>();
  sdk::Result<Json> object = plugins::read_object(file, plugins::Dialect::with_comments);
  if (object) return std::optional<Json>(std::move(*object));
  // "FILE:3:1: what is wrong", or "FILE can't be read: why"
  const std::string words = object.failure().message.substr(file.string().size());
  if (!words.starts_with(':'))
    return Error{ErrorCode::configuration, "the file" + printable(words), printable(file.string()), {}};
  const std::size_t place = words.find(": ");
  return not_understood(file.string() + words.substr(0, place), words.substr(place + 2));
}

std::string text_member(const rapidjson::Value& object, const char* name) {
  return plugins::json_text(object, {name});
}

bool IncludedFiles::enter(const fs::path& file) {
  constexpr std::size_t most_files = 1000;
  fs::path normal = file.lexically_normal();
  if (std::ranges::find(way_, normal) != way_.end() || ++files_ > most_files) return false;
  way_.push_back(std::move(normal));
  return true;
}

std::string first_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  if (names.size() <= most) return join_words(names);
  return fmt::format("{} and {} others", fmt::join(names.begin(), names.begin() + most - 1, ", "),
                     names.size() - most + 1);
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t start = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(start, end + 1 - start));
}

bool is_word(std::string_view name, std::string_view others) {
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

std::vector<std::string> folders_below(const fs::path& root, int most_levels) {
  std::vector<std::string> found;
  std::error_code failure;
  fs::recursive_directory_iterator walk(root, fs::directory_options::skip_permission_denied, failure);
  while (!failure && walk != fs::recursive_directory_iterator()) {
    const fs::path& path = walk->path();
    std::error_code ignored;
    const std::string name = path.filename().string();
    const bool is_own = walk->is_directory(ignored) && !walk->is_symlink(ignored) && name != "node_modules" &&
                        name.front() != '.';
    if (is_own) found.push_back("./" + path.lexically_relative(root).string());
    if (!is_own || walk.depth() + 1 >= most_levels) walk.disable_recursion_pending();
    walk.increment(failure);
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> words_in(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> shell_commands(std::string_view script) {
  std::vector<std::string> commands(1);
  char quote = '\0';
  int substitutions = 0;  // open "$(", with operators of their own
  for (std::size_t at = 0; at < script.size(); ++at) {
    const char c = script[at];
    const char before = at == 0 ? '\n' : script[at - 1];
    std::string& command = commands.back();
    if (c == '\\' && quote != '\'' && at + 1 < script.size()) {
      ++at;
      if (script[at] == '\n')
        command += ' ';
      else
        command.append({c, script[at]});
      continue;
    }
    if (c == '\n') {  // also of what has an apostrophe, as a here-document
      quote = '\0';
      substitutions = 0;
    }
    if (quote != '\0' || c == '\'' || c == '"') {
      if (quote == '\0')
        quote = c;
      else if (c == quote)
        quote = '\0';
      command += c;
      continue;
    }
    if (c == '#' && std::string_view(" \t\n;&|").find(before) != std::string_view::npos) {
      at = std::min(script.find('\n', at), script.size()) - 1;
      continue;
    }
    if (c == '(' && before == '$') ++substitutions;
    if (c == ')' && substitutions > 0) --substitutions;
    const bool is_copy =
        c == '&' && (before == '>' || before == '<' || script.substr(at + 1).starts_with('>'));
    const bool parts = c == '\n' || (substitutions == 0 && !is_copy && (c == ';' || c == '&' || c == '|'));
    if (parts)
      commands.emplace_back();
    else
      command += c;
  }
  std::erase_if(commands, [](const std::string& command) { return trimmed(command).empty(); });
  return commands;
}

}  // namespace dream::init
