#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

std::optional<Command> read_command(Reader& reader, const Place& place, const Json& value) {
  if (!value.IsArray()) {
    if (auto line = reader.text(place, value, "a command, a string or an array of strings"))
      return std::move(*line);
    return std::nullopt;
  }
  if (value.Empty()) {
    reader.report(place, "the command is an empty array", "its first element is the program");
    return std::nullopt;
  }
  auto arguments = reader.argument_vector(place, value);
  if (!arguments.empty() && arguments.front().empty() && value[0].IsString()) {
    reader.report(Place(place, value[0], 0), "the program of the command is an empty string");
  }
  return arguments;
}

namespace {

std::optional<SuccessCodes> read_success_codes(Reader& reader, const Place& place, const Json& value) {
  if (!reader.is_array(place, value, "exit codes")) return std::nullopt;
  if (value.Empty()) reader.report(place, "no exit code is success", "0 is the only one without this key");
  SuccessCodes codes;
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    if (const auto code =
            reader.whole_number(Place(place, element, index++), element, "an exit code", 0, 255))
      codes.push_back(static_cast<std::uint8_t>(*code));
  }
  return codes;
}

std::optional<std::vector<std::string>> read_profiles(Reader& reader, const Place& place, const Json& value) {
  if (!reader.is_array(place, value, "names of profiles")) return std::nullopt;
  std::vector<std::string> profiles;
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    const Place at(place, element, index++);
    auto name = reader.text(at, element, "the name of a profile");
    if (!name) continue;
    if (name->find_first_of("*, \t\n") != std::string::npos) {
      reader.report(at, in_quotes(*name) + " can't be the name of a profile",
                    R"("*" stands for all of them, and a comma stands between two in DREAM_PROFILES)");
      continue;
    }
    profiles.push_back(std::move(*name));
  }
  return profiles;
}

/// What only a process can have.
void check_gathering(Reader& reader, const Place& place, const Json& value, const TaskSettings& task) {
  if (!task.command || task.command->has_value()) return;
  for (const std::string_view key :
       {"ready", "readyTimeout", "health", "restart", "timeout", "leftovers", "interactive", "ports"}) {
    if (const Member* member = reader.tree().find(value, key)) {
      reader.report(Place(place, member->name),
                    fmt::format("a task with \"command\": null has no process, and no {}", in_quotes(key)),
                    "remove it, or give the task a command");
    }
  }
}

/// It has a terminal, whose end is the end of all that it controls.
void check_interactive(Reader& reader, const Place& place, const Json& value, const TaskSettings& task) {
  const auto refuse = [&](std::string_view key, const char* why) {
    reader.report(Place(place, reader.tree().find(value, key)->name), why,
                  fmt::format("remove {}, or \"interactive\"", in_quotes(key)));
  };
  if (!task.pty.value_or(true)) refuse("pty", "an interactive task has a terminal, but \"pty\" is false");
  if (task.standard_input)
    refuse("stdin", "an interactive task reads from its terminal, and has no other \"stdin\"");
  if (task.leftovers == Leftovers::keep)
    refuse("leftovers", "an interactive task leaves nothing: all on its terminal ends with it");
}

/// Sets `member` to what a function of the reader makes of the value.
template <auto member, auto read>
void set(Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
  task.*member = (reader.*read)(place, value);
}

/// One of two words, and what each stands for.
template <typename Choice>
std::optional<Choice> read_choice(Reader& reader, const Place& place, const Json& value,
                                  const std::array<std::pair<std::string_view, Choice>, 2>& choices,
                                  std::string_view hint = {}) {
  for (const auto& [word, choice] : choices) {
    if (value.IsString() && text_of(value) == word) return choice;
  }
  const std::string expected = fmt::format(R"("{}" or "{}")", choices[0].first, choices[1].first);
  reader.report_type(place, expected, value, std::string(hint));
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, StandardInput>, 2> inputs{
    {{"open", StandardInput::open}, {"empty", StandardInput::empty}}};
constexpr std::array<std::pair<std::string_view, Leftovers>, 2> fates_of_leftovers{
    {{"end", Leftovers::end}, {"keep", Leftovers::keep}}};
constexpr std::array<std::pair<std::string_view, StopTo>, 2> addressees{
    {{"tree", StopTo::tree}, {"root", StopTo::root}}};

constexpr auto read_grace = [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
  task.stop_grace = reader.duration(place, value);
};

constexpr std::array<Field<TaskSettings>, 4> stop_fields{{
    {"signal",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       if (const int number = reader.signal(place, value); number != 0) task.stop_signal = number;
     }},
    {"grace", read_grace},
    {"graceMs", read_grace},
    {"to",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       task.stop_to =
           read_choice(reader, place, value, addressees,
                       "root: only the process that was started gets the stop signal; tree: all of them do");
     }},
}};

constexpr std::array<Field<TaskSettings>, 24> task_fields{{
    {"async", set<&TaskSettings::async, &Reader::boolean>},
    {"required", set<&TaskSettings::required, &Reader::boolean>},
    {"delay", [](Reader& reader, const Place& place, const Json& value,
                 TaskSettings& task) { task.delay = reader.duration(place, value); }},
    {"service", set<&TaskSettings::service, &Reader::boolean>},
    // A timeout of 0 would end every run at once.
    {"timeout", [](Reader& reader, const Place& place, const Json& value,
                   TaskSettings& task) { task.timeout = reader.duration(place, value, 1); }},
    {"command",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       if (value.IsNull())
         task.command.emplace();
       else if (auto command = read_command(reader, place, value))
         task.command = std::move(command);
     }},
    {"description", [](Reader& reader, const Place& place, const Json& value,
                       TaskSettings& task) { task.description = reader.text(place, value, "a sentence"); }},
    {"profiles", [](Reader& reader, const Place& place, const Json& value,
                    TaskSettings& task) { task.profiles = read_profiles(reader, place, value); }},
    {"ports", [](Reader& reader, const Place& place, const Json& value,
                 TaskSettings& task) { task.ports = read_ports(reader, place, value); }},
    {"env", [](Reader& reader, const Place& place, const Json& value,
               TaskSettings& task) { task.env = read_environment(reader, place, value); }},
    {"envFile",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       task.env_files = reader.one_or_more(place, value, "the path of a file");
     }},
    {"stop",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       read_object(reader, place, value, stop_fields, task);
       report_both_names(reader, place, value, "grace", "graceMs");
     }},
    {"successCodes",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       task.success_codes = read_success_codes(reader, place, value);
     }},
    {"ready", [](Reader& reader, const Place& place, const Json& value,
                 TaskSettings& task) { task.ready = read_ready(reader, place, value); }},
    {"readyTimeout", [](Reader& reader, const Place& place, const Json& value,
                        TaskSettings& task) { task.ready_timeout = reader.duration(place, value, 1); }},
    {"health", [](Reader& reader, const Place& place, const Json& value,
                  TaskSettings& task) { task.health = read_health(reader, place, value); }},
    {"restart", [](Reader& reader, const Place& place, const Json& value,
                   TaskSettings& task) { task.restart = read_restart(reader, place, value); }},
    {"stdin", [](Reader& reader, const Place& place, const Json& value,
                 TaskSettings& task) { task.standard_input = read_choice(reader, place, value, inputs); }},
    {"pty", set<&TaskSettings::pty, &Reader::boolean>},
    {"interactive", set<&TaskSettings::interactive, &Reader::boolean>},
    {"group", set<&TaskSettings::group, &Reader::boolean>},
    {"leftovers",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       task.leftovers = read_choice(reader, place, value, fates_of_leftovers);
     }},
    {"executor", set<&TaskSettings::executor, &Reader::executor>},
    {"options", set<&TaskSettings::options, &Reader::options>},
}};

}  // namespace

void read_task(Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
  task.where = place.offset(reader.tree());
  read_object(reader, place, value, task_fields, task);
  check_gathering(reader, place, value, task);
  if (task.service.value_or(false) && !task.async.value_or(true)) {
    reader.report(Place(place, reader.tree().find(value, "async")->name),
                  "a service is always async, but \"async\" is false",
                  "remove \"async\", or make it no service");
  }
  if (task.interactive.value_or(false)) check_interactive(reader, place, value, task);
  if (task.service.value_or(false) && task.leftovers == Leftovers::keep) {
    reader.report(Place(place, reader.tree().find(value, "leftovers")->name),
                  "a service has nothing left to keep: when it ends by itself it has failed",
                  "remove \"leftovers\", or make it no service");
  }
}

void read_tasks(Reader& reader, const Place& place, const Json& value,
                std::map<std::string, TaskSettings, std::less<>>& tasks) {
  if (!reader.is_object(place, value)) return;
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    // One without a name is read, too, for its own problems.
    TaskSettings& task = tasks[std::string(at.key())];
    if (member.value.IsString() || member.value.IsArray())  // as in a package.json
      reader.report_type(at, "an object", member.value, R"(what it runs is its "command": {"command": …})");
    else
      read_task(reader, at, member.value, task);
    if (!reader.is_task_name(at, at.key())) tasks.erase(tasks.find(at.key()));
  }
}

}  // namespace dream::config
