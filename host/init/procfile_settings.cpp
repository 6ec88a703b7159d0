#include "init/procfile_settings.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/processes.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

constexpr int usual_step = 100;
constexpr const char* no_port = "OVERMIND_NO_PORT";

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = failure == std::errc() && end == text.data() + text.size();
  return is_whole && number >= 0 ? std::optional(number) : std::nullopt;
}

std::optional<int> port_in(std::string_view text) {
  const std::optional<int> port = number_in(text);
  return port && *port > 0 && *port <= 65535 ? port : std::nullopt;
}

/// The PORT that a script sets: `PORT=3006`, `export PORT="${PORT:-3000}"`.
std::optional<int> port_set_by(const std::string& script) {
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    bool is_set = false;
    for (const std::string_view part : {"export ", ": ", "PORT=", "\"", "${PORT:-", "${PORT:="}) {
      if (!rest.starts_with(part)) continue;
      is_set = is_set || part.starts_with("PORT=") || part.starts_with("${");
      rest.remove_prefix(part.size());
    }
    const auto port = port_in(rest.substr(0, rest.find_first_not_of("0123456789")));
    if (is_set && port) return port;
  }
  for (const std::string& command : shell_commands(script)) {
    const std::size_t at = command.find("${PORT:-");
    if (at == std::string::npos) continue;
    const std::string_view rest = std::string_view(command).substr(at + 8);
    return port_in(rest.substr(0, rest.find_first_not_of("0123456789")));
  }
  return std::nullopt;
}

/// What the options of each runner mean: one of .foreman's settings, or the variable that says the same.
const std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>& runners() {
  static const std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> known{
      {"foreman",
       {{"-p", "port"},
        {"--port", "port"},
        {"-m", "formation"},
        {"--formation", "formation"},
        {"-e", "env"},
        {"--env", "env"}}},
      {"honcho",
       {{"-p", "port"},
        {"--port", "port"},
        {"-c", "formation"},
        {"--concurrency", "formation"},
        {"-e", "env"},
        {"--env", "env"}}},
      {"hivemind",
       {{"-p", "port"},
        {"--port", "port"},
        {"-P", "OVERMIND_PORT_STEP"},
        {"--port-step", "OVERMIND_PORT_STEP"}}},
      {"overmind",
       {{"-p", "OVERMIND_PORT"},
        {"--port", "OVERMIND_PORT"},
        {"-P", "OVERMIND_PORT_STEP"},
        {"--port-step", "OVERMIND_PORT_STEP"},
        {"-N", no_port},
        {"--no-port", no_port},
        {"-m", "OVERMIND_FORMATION"},
        {"--formation", "OVERMIND_FORMATION"},
        {"-c", "OVERMIND_CAN_DIE"},
        {"--can-die", "OVERMIND_CAN_DIE"},
        {"-r", "OVERMIND_AUTO_RESTART"},
        {"--auto-restart", "OVERMIND_AUTO_RESTART"},
        {"-x", "OVERMIND_IGNORED_PROCESSES"},
        {"--ignored-processes", "OVERMIND_IGNORED_PROCESSES"}}}};
  return known;
}

/// Where a command starts a runner, and not only names it (`command -v overmind`, `gem list foreman`).
std::vector<std::string>::const_iterator runner_in(const std::vector<std::string>& words) {
  static const std::set<std::string, std::less<>> before_a_command{"exec", "then", "else", "do"};
  const auto name_of = [](const std::string& word) { return word.substr(word.rfind('/') + 1); };
  const auto runner =
      std::ranges::find_if(words, [&](const auto& one) { return runners().contains(name_of(one)); });
  if (runner == words.end() || words.front() == "echo") return words.end();
  const bool comes_first = std::all_of(words.begin(), runner, [](const std::string& word) {
    return before_a_command.contains(word) || word.find('=') != std::string::npos;
  });
  // hivemind has no subcommand.
  const bool is_started =
      name_of(*runner) == "hivemind" ? comes_first : std::find_if(runner, words.end(), [](const auto& word) {
                                                       return word == "start" || word == "s";
                                                     }) != words.end();
  return is_started ? runner : words.end();
}

/// The runner that a script starts first, "runner", and its options by what they mean:
/// `exec foreman start -f Procfile.dev -p 3000`.
std::map<std::string, std::string> runner_started_by(const std::string& script) {
  std::map<std::string, std::string> given;
  for (const std::string& command : shell_commands(script)) {
    const std::vector<std::string> words = words_in(command);
    auto word = runner_in(words);
    if (word == words.end()) continue;
    const std::string name = word->substr(word->rfind('/') + 1);
    const auto& meanings = runners().find(name)->second;
    given["runner"] = name;
    for (; word != words.end(); ++word) {
      const std::size_t equals = word->starts_with('-') ? word->find('=') : std::string::npos;
      const auto option = meanings.find(word->substr(0, equals));
      if (option == meanings.end()) continue;
      std::string value = "1";  // of an option without a value
      if (equals != std::string::npos)
        value = word->substr(equals + 1);
      else if (option->second != no_port)
        value = word + 1 == words.end() ? "$" : *(word + 1);
      std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
      if (value.find('$') == std::string::npos) given.emplace(option->second, value);
    }
    break;
  }
  return given;
}

/// foreman takes lines as they stand, but for quotes around a value and backslashes in double ones.
std::map<std::string, std::string> as_foreman_reads(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || !is_word(line.substr(0, equals), "_")) continue;
    std::string value = line.substr(equals + 1);
    const bool is_quoted =
        value.size() > 1 && (value[0] == '\'' || value[0] == '"') && value.back() == value[0];
    if (is_quoted) {
      const bool has_escapes = value[0] == '"';
      value = value.substr(1, value.size() - 2);
      for (std::size_t at = value.find('\\'); has_escapes && at < value.size();
           at = value.find('\\', at + 1)) {
        value.erase(at, 1);
        if (value[at] == 'n') value[at] = '\n';
      }
    }
    values[line.substr(0, equals)] = value;
  }
  return values;
}

std::vector<std::string> parts_of(std::string list) {
  std::ranges::replace(list, ',', ' ');
  return words_in(list);
}

}  // namespace

Result<void> ProcfileSettings::read(const fs::path& file) {
  folder_ = file.parent_path();
  if (file.filename() == "Procfile.dev") {
    const auto script = read_text(folder_ / "bin" / "dev");
    script_ = script ? script->value_or("") : "";
    given_ = runner_started_by(script_);
    runner_ = given_["runner"];
  }
  if (Result<void> done = may_run("foreman") ? read_foreman(folder_ / ".foreman") : Result<void>(); !done)
    return done;
  if (Result<void> done =
          may_run("overmind") ? read_variables(folder_ / ".overmind.env", false) : Result<void>();
      !done)
    return done;
  const auto env = given_.find("env");
  for (const std::string& name :
       env == given_.end() ? std::vector<std::string>{".env"} : parts_of(env->second))
    if (Result<void> done = read_variables(folder_ / name, true); !done) return done;
  read_formation();
  return {};
}

Result<void> ProcfileSettings::read_variables(const fs::path& file, bool is_for_processes) {
  const std::string name = file.lexically_relative(folder_).string();
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) {
    if (given_.contains("env") && is_for_processes) unread_.push_back(name + ", which isn't there");
    return {};
  }
  auto read = config::parse_env_file(
      name, **text, [](const std::string&) { return std::nullopt; }, values_);
  if (!read) {
    unread_.push_back(to_string(read.error()));
    return {};
  }
  values_ = std::move(read->variables);
  if (!is_for_processes) return {};
  env_files_.push_back(name);
  see_what_foreman_reads(name, **text);
  return {};
}

void ProcfileSettings::see_what_foreman_reads(const std::string& file, const std::string& text) {
  std::error_code ignored;
  if (runner_ == "overmind" || runner_ == "hivemind") return;
  if (runner_.empty() && fs::exists(folder_ / ".overmind.env", ignored)) return;
  for (const auto& [name, value] : as_foreman_reads(text))
    if (const auto here = values_.find(name);
        here == values_.end() || trimmed(here->second) != trimmed(value))
      read_otherwise_.push_back(fmt::format("{} of {}", name, file));
}

Result<void> ProcfileSettings::read_foreman(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  try {
    const YAML::Node options = read_yaml(**text);
    for (const char* key : {"port", "env", "formation"})
      if (const YAML::Node said = member_at(options, key); said.IsScalar())
        given_.emplace(key, said.Scalar());
    for (const char* key : {"procfile", "root", "timeout"})
      if (!member_at(options, key).IsNull()) rest_of_foreman_.emplace_back(key);
  } catch (const YAML::Exception& problem) {
    unread_.push_back(to_string(not_understood(file.filename().string(), problem.what())));
  }
  return {};
}

/// Of those that it doesn't name foreman starts none, the others one.
void ProcfileSettings::read_formation() {
  const auto given = given_.find("formation");
  const bool is_of_foreman = given != given_.end() && may_run("foreman");
  const std::string said = given != given_.end() ? given->second : value("OVERMIND_FORMATION");
  if (is_of_foreman && !said.empty()) count_of_others_ = 0;
  for (const std::string& part : parts_of(said)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) continue;
    const std::optional<int> count = number_in(std::string_view(part).substr(equals + 1));
    if (!count) continue;
    if (const std::string process = part.substr(0, equals); process == "all")
      count_of_others_ = *count;
    else
      formation_[process] = *count;
  }
}

int ProcfileSettings::count_of(const std::string& process) const {
  const auto said = formation_.find(process);
  return said == formation_.end() ? count_of_others_ : said->second;
}

int ProcfileSettings::first_port() const {
  const auto given = given_.find("port");
  for (const std::string& said :
       {value("OVERMIND_PORT"), given == given_.end() ? std::string() : given->second, value("PORT")})
    if (const auto port = port_in(said)) return *port;
  return port_set_by(script_).value_or(usual_port);
}

bool ProcfileSettings::gives_ports() const {
  const std::string none = value(no_port);
  return none.empty() || none == "0" || none == "false";
}

int ProcfileSettings::between_ports() const {
  return port_in(value("OVERMIND_PORT_STEP")).value_or(usual_step);
}

bool ProcfileSettings::names(const char* setting, const std::string& process) const {
  const std::vector<std::string> words = parts_of(value(setting));
  return std::ranges::find(words, process) != words.end() || std::ranges::find(words, "all") != words.end();
}

void ProcfileSettings::tell_rest(Draft& draft) const {
  for (const std::string& key : rest_of_foreman_) draft.leave_out(key, ".foreman");
  for (const char* name : {"OVERMIND_PROCFILE", "OVERMIND_STOP_SIGNALS"})
    if (!value(name).empty()) draft.leave_out(name, "overmind");
  for (const std::string& what : unread_) draft.remark("Not read: " + what + ".");
  if (!read_otherwise_.empty())
    draft.remark(fmt::format(
        "To foreman these are other values, as it knows no variables and no comments behind a value: {}. In "
        "single quotes they are the same to both.",
        first_of(read_otherwise_)));
  if (env_files_.empty() && unread_.empty() && !given_.contains("env"))
    tell_env_example(folder_, "foreman", draft);
}

std::string ProcfileSettings::value(const char* name) const {
  if (const auto given = given_.find(name); given != given_.end()) return given->second;
  if (std::string_view(name).starts_with("OVERMIND_") && !may_run("overmind")) return {};
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

}  // namespace dream::init
