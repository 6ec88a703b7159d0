#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <utility>

#include "base/duration_text.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/value_words.hpp"
#include "plan/workspace.hpp"

namespace dream::config {

namespace {

/// Whether normalise_project() would change nothing; most names are written like that. It may say no.
bool is_normalised(std::string_view project) {
  if (!project.starts_with("./") || project.back() == '/') return false;
  for (std::size_t slash = 1; slash != std::string_view::npos; slash = project.find('/', slash + 1)) {
    if (project[slash + 1] == '/' || project[slash + 1] == '.') return false;
  }
  return true;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? std::string() : fmt::format("did you mean \"{}\"?", nearest);
}

struct Foreign {
  std::string_view word;
  std::string_view hint;
};

/// How other runners call what a task of dream.json has elsewhere, or by another name.
constexpr std::array<Foreign, 21> foreign_keys{{
    {"cmd", R"(it is "command")"},
    {"script", R"(it is "command")"},
    {"run", R"(it is "command")"},
    {"shell", R"(write "options": { "shell": … })"},
    {"cwd", "a task runs in the folder of its project"},
    {"dir", "a task runs in the folder of its project"},
    {"workdir", "a task runs in the folder of its project"},
    {"workingDir", "a task runs in the folder of its project"},
    {"working_dir", "a task runs in the folder of its project"},
    {"workingDirectory", "a task runs in the folder of its project"},
    {"environment", R"(it is "env")"},
    {"vars", R"(it is "env")"},
    {"needs", R"(what a task needs stands in "workspace")"},
    {"requires", R"(what a task needs stands in "workspace")"},
    {"dependencies", R"(what a task needs stands in "workspace")"},
    {"depends_on", R"(what a task needs stands in "workspace")"},
    {"background", R"(it is "async")"},
    {"dependsOn", R"(what a task needs stands in "workspace")"},
    {"deps", R"(what a task needs stands in "workspace")"},
    {"persistent", R"(it is "service")"},
    {"watch", "dream watches no files: let the command do it"},
}};

/// Programs that an executor of another name runs.
constexpr std::array<Foreign, 7> foreign_executors{{
    {"yarn", R"(it is "npm", which finds the package manager of the project)"},
    {"pnpm", R"(it is "npm", which finds the package manager of the project)"},
    {"bun", R"(it is "npm", which finds the package manager of the project)"},
    {"node", R"(it is "npm" for scripts of package.json, else "shell")"},
    {"bash", R"(it is "shell", with "options": { "shell": "bash" })"},
    {"zsh", R"(it is "shell", with "options": { "shell": "zsh" })"},
    {"sh", R"(it is "shell")"},
}};

/// What is said of a URL, beside it.
constexpr std::string_view in_http = R"(write it within "http": { "url": …, "status": …, "headers": … })";
constexpr std::array<Foreign, 3> keys_of_http{{{"url", in_http}, {"status", in_http}, {"headers", in_http}}};

std::string hint_on(std::string_view word, std::span<const Foreign> table) {
  const auto known = std::ranges::find(table, word, &Foreign::word);
  return known == table.end() ? std::string() : std::string(known->hint);
}

std::vector<std::string> signal_names() {
  std::vector<std::string> names;
  for (int number = 1; number < NSIG; ++number) {
    std::string name = signal_name(number);
    if (name.starts_with("SIG")) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Reader::Reader(const Tree& tree, const std::filesystem::path& root,
               std::span<const std::string> known_executors, FindExecutors others, ProblemList& problems)
    : tree_(tree),
      root_(root),
      problems_(problems),
      find_others_(std::move(others)),
      executors_(known_executors.begin(), known_executors.end()),
      executor_names_(known_executors.begin(), known_executors.end()) {
  const Member* entries = tree.root().IsObject() ? tree.find(tree.root(), "executors") : nullptr;
  if (entries == nullptr || !entries->value.IsObject()) return;
  for (const Member& entry : entries->value.GetObject()) {
    const bool has_plugin = entry.value.IsObject() && tree.find(entry.value, "plugin") != nullptr;
    if (has_plugin && executor_names_.emplace(text_of(entry.name)).second)
      executors_.emplace_back(text_of(entry.name));
  }
}

void Reader::report(const Place& place, std::string message, std::string hint, Severity severity) {
  if (!has_room()) return;
  problems_.add({severity, place.offset(tree_), place.shown_pointer(), std::move(message), std::move(hint)});
}

void Reader::report_type(const Place& place, std::string_view expected, const Json& found, std::string hint) {
  report(place, fmt::format("expected {}, found {}", expected, value_words(found)), std::move(hint));
}

void Reader::report_unknown_key(const Place& place, std::span<const std::string> known) {
  const bool of_task = std::ranges::find(known, "successCodes") != known.end();
  const bool of_probe = std::ranges::find(known, "http") != known.end();
  std::string hint = of_task    ? hint_on(place.key(), foreign_keys)
                     : of_probe ? hint_on(place.key(), keys_of_http)
                                : std::string();
  if (hint.empty()) hint = did_you_mean(place.key(), known);
  const auto longer = std::find_if(known.begin(), known.end(),
                                   [&](const std::string& name) { return name.starts_with(place.key()); });
  if (hint.empty() && longer != known.end() && !place.key().empty())
    hint = fmt::format("did you mean \"{}\"?", *longer);
  if (hint.empty()) hint = fmt::format("known here: {}", join_words(known));
  report(place, fmt::format("unknown key {}", in_quotes(place.key())), std::move(hint));
}

bool Reader::is_object(const Place& place, const Json& value) {
  if (!value.IsObject()) report_type(place, "an object", value);
  return value.IsObject();
}

bool Reader::is_array(const Place& place, const Json& value, std::string_view of_what) {
  if (!value.IsArray()) report_type(place, fmt::format("an array of {}", of_what), value);
  return value.IsArray();
}

std::optional<bool> Reader::boolean(const Place& place, const Json& value) {
  if (value.IsBool()) return value.GetBool();
  report_type(place, "true or false", value);
  return std::nullopt;
}

std::optional<std::int64_t> Reader::whole_number(const Place& place, const Json& value, std::string_view what,
                                                 std::int64_t minimum, std::int64_t maximum,
                                                 std::string hint) {
  const bool is_whole =
      value.IsNumber() && (!value.IsDouble() || std::trunc(value.GetDouble()) == value.GetDouble());
  const double number = is_whole ? value.GetDouble() : -1;
  if (is_whole && number >= static_cast<double>(minimum) && number <= static_cast<double>(maximum))
    return static_cast<std::int64_t>(number);
  report_type(place, fmt::format("{}, a whole number from {} to {}", what, minimum, maximum), value,
              std::move(hint));
  return std::nullopt;
}

std::optional<Duration> Reader::duration(const Place& place, const Json& value, std::int64_t minimum) {
  if (!value.IsString()) {
    const auto number = whole_number(place, value, R"(a time ("500ms", "2s", "1m30s") or milliseconds)",
                                     minimum, longest_written_duration.count());
    return number ? std::optional<Duration>(std::chrono::milliseconds(*number)) : std::nullopt;
  }
  const auto time = parse_duration(text_of(value));
  if (!time) {
    report(place, time.error().message, time.error().hint);
  } else if (*time < std::chrono::milliseconds(minimum)) {
    report(place, fmt::format("{} is too short", in_quotes(text_of(value))),
           fmt::format("\"{}ms\" is the shortest", minimum));
  } else {
    return *time;
  }
  return std::nullopt;
}

bool Reader::has_no_nul(const Place& place, std::string_view text) {
  // Only a \\u escape can make one.
  const bool has_none = !tree_.has_unicode_escapes() || text.find('\0') == std::string_view::npos;
  if (!has_none) report(place, "a NUL character (\\u0000) in the string");
  return has_none;
}

bool Reader::can_be_shown(const Place& place, std::string_view name) {
  // A longer path is no folder's. And a name is kept with each step that has it.
  constexpr std::size_t longest_name = 4095;
  if (name.size() > longest_name) {
    report(place, fmt::format("the name {} has {} bytes", in_quotes(name), name.size()),
           fmt::format("{} are the most", longest_name));
    return false;
  }
  const bool is_shown = is_printable(name);
  if (!is_shown)
    report(place, fmt::format("a character that can't be shown in the name {}", in_quotes(name)),
           "names stand before lines of output: no control characters, nor those that turn the direction of "
           "text");
  return is_shown;
}

std::optional<std::string> Reader::text(const Place& place, const Json& value, std::string_view what) {
  if (!value.IsString() || value.GetStringLength() == 0) {
    report_type(place, what, value);
    return std::nullopt;
  }
  if (!has_no_nul(place, text_of(value))) return std::nullopt;
  return std::string(text_of(value));
}

std::vector<std::string> Reader::argument_vector(const Place& place, const Json& value) {
  std::vector<std::string> arguments;
  arguments.reserve(value.Size());
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    const Place at(place, element, index++);
    if (!element.IsString()) {
      report_type(at, "a string", element);
    } else if (has_no_nul(at, text_of(element))) {
      arguments.emplace_back(text_of(element));
    }
  }
  return arguments;
}

std::vector<std::string> Reader::one_or_more(const Place& place, const Json& value, std::string_view what) {
  std::vector<std::string> texts;
  if (value.IsArray()) {
    texts.reserve(value.Size());
    std::size_t index = 0;
    for (const Json& element : value.GetArray()) {
      if (auto one = text(Place(place, element, index++), element, what)) texts.push_back(std::move(*one));
    }
  } else if (!value.IsString()) {
    report_type(place, fmt::format("{} or an array of them", what), value);
  } else if (auto one = text(place, value, what)) {
    texts.push_back(std::move(*one));
  }
  return texts;
}

std::optional<std::string> Reader::project(const Place& place, std::string_view written) {
  if (!can_be_shown(place, written)) return std::nullopt;
  if (is_normalised(written)) return std::string(written);
  if (written.empty()) {
    report(place, "the name of a project is empty", "the workspace root itself is \"./\"");
    return std::nullopt;
  }
  std::string normalised = normalise_project(std::string(written));
  if (!normalised.empty()) return normalised;
  if (written.front() == '/') {
    report(place, fmt::format("{} is an absolute path", in_quotes(written)),
           "a project is named by its path from the workspace root: \"./services/api\"");
  } else {
    report(place, fmt::format("{} leads out of the workspace", in_quotes(written)),
           "a project is a folder below the one that holds dream.json");
  }
  return std::nullopt;
}

bool Reader::has_folder(std::string_view project) const {
  std::error_code ignored;
  return std::filesystem::is_directory(root_ / project, ignored);
}

std::optional<std::string> Reader::task(const Place& place, const Json& value) {
  auto name = text(place, value, "the name of a task");
  if (name && !can_be_shown(place, *name)) name.reset();
  return name;
}

bool Reader::is_task_name(const Place& place, std::string_view name) {
  if (name.empty()) report(place, "the name of a task is empty");
  return !name.empty() && can_be_shown(place, name);
}

bool Reader::is_known_executor(std::string_view name) {
  if (executor_names_.contains(name)) return true;
  if (!find_others_) return false;
  for (std::string& other : std::exchange(find_others_, {})()) {
    if (executor_names_.insert(other).second) executors_.push_back(std::move(other));
  }
  return executor_names_.contains(name);
}

std::string Reader::nearest_executor(std::string_view name) {
  return did_you_mean(name, executors_);
}

std::optional<std::string> Reader::executor(const Place& place, const Json& value) {
  auto name = text(place, value, "the name of an executor");
  if (!name || is_known_executor(*name)) return name;
  if (!has_room()) return std::nullopt;
  std::string hint = hint_on(*name, foreign_executors);
  if (hint.empty()) hint = nearest_executor(*name);
  if (hint.empty()) {
    hint = fmt::format(R"(known are {}; an entry in "executors" with its "plugin" adds another)",
                       join_words(executors_));
  }
  report(place, fmt::format("unknown executor {}", in_quotes(*name)), std::move(hint));
  return std::nullopt;
}

std::optional<std::string> Reader::options(const Place& place, const Json& value) {
  if (!is_object(place, value)) return std::nullopt;
  return place.pointer();
}

int Reader::signal(const Place& place, const Json& value) {
  const auto name = text(place, value, "the name of a signal, such as \"SIGINT\"");
  if (!name) return 0;
  const int number = signal_number(*name);
  if (number == 0 && has_room()) {
    std::string upper = *name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (!upper.starts_with("SIG")) upper = "SIG" + upper;
    report(place, fmt::format("unknown signal {}", in_quotes(*name)), did_you_mean(upper, signal_names()));
  }
  return number;
}

}  // namespace dream::config
