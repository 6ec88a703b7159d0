#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

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

std::optional<Leftovers> read_leftovers(Reader& reader, const Place& place, const Json& value) {
  const std::string_view word = value.IsString() ? text_of(value) : std::string_view();
  if (word == "end") return Leftovers::end;
  if (word == "keep") return Leftovers::keep;
  reader.report_type(place, R"("end" or "keep")", value);
  return std::nullopt;
}

/// Sets `member` to what a function of the reader makes of the value.
template <auto member, auto read>
void set(Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
  task.*member = (reader.*read)(place, value);
}

constexpr std::array<Field<TaskSettings>, 2> stop_fields{{
    {"signal",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       if (const int number = reader.signal(place, value); number != 0) task.stop_signal = number;
     }},
    {"graceMs", [](Reader& reader, const Place& place, const Json& value,
                   TaskSettings& task) { task.stop_grace = reader.milliseconds(place, value); }},
}};

constexpr std::array<Field<TaskSettings>, 13> task_fields{{
    {"async", set<&TaskSettings::async, &Reader::boolean>},
    {"required", set<&TaskSettings::required, &Reader::boolean>},
    {"delay", [](Reader& reader, const Place& place, const Json& value,
                 TaskSettings& task) { task.delay = reader.milliseconds(place, value); }},
    {"service", set<&TaskSettings::service, &Reader::boolean>},
    // A timeout of 0 would end every run at once.
    {"timeout", [](Reader& reader, const Place& place, const Json& value,
                   TaskSettings& task) { task.timeout = reader.milliseconds(place, value, 1); }},
    {"command", [](Reader& reader, const Place& place, const Json& value,
                   TaskSettings& task) { task.command = read_command(reader, place, value); }},
    {"env", [](Reader& reader, const Place& place, const Json& value,
               TaskSettings& task) { task.env = read_environment(reader, place, value); }},
    {"envFile",
     [](Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
       task.env_files = reader.one_or_more(place, value, "the path of a file");
     }},
    {"stop", [](Reader& reader, const Place& place, const Json& value,
                TaskSettings& task) { read_object(reader, place, value, stop_fields, task); }},
    {"pty", set<&TaskSettings::pty, &Reader::boolean>},
    {"leftovers", [](Reader& reader, const Place& place, const Json& value,
                     TaskSettings& task) { task.leftovers = read_leftovers(reader, place, value); }},
    {"executor", set<&TaskSettings::executor, &Reader::executor>},
    {"options", set<&TaskSettings::options, &Reader::options>},
}};

}  // namespace

void read_task(Reader& reader, const Place& place, const Json& value, TaskSettings& task) {
  task.where = place.offset(reader.tree());
  read_object(reader, place, value, task_fields, task);
  if (task.service.value_or(false) && !task.async.value_or(true)) {
    reader.report(Place(place, reader.tree().find(value, "async")->name),
                  "a service is always async, but \"async\" is false",
                  "remove \"async\", or make it no service");
  }
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
    read_task(reader, at, member.value, tasks[std::string(at.key())]);
    if (!reader.is_task_name(at, at.key())) tasks.erase(tasks.find(at.key()));
  }
}

Environment read_environment(Reader& reader, const Place& place, const Json& value) {
  Environment environment;
  if (!reader.is_object(place, value)) return environment;
  environment.reserve(value.MemberCount());
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    const std::string_view name = at.key();
    if (name.empty() || name.find('=') != std::string_view::npos ||
        name.find('\0') != std::string_view::npos) {
      reader.report(at, in_quotes(name) + " can't be the name of a variable",
                    name.empty() ? "a name can't be empty" : "a name holds no \"=\" and no NUL");
    } else if (!member.value.IsString()) {
      reader.report_type(at, "a string", member.value,
                         member.value.IsNumber() || member.value.IsBool() ? "put it in double quotes" : "");
    } else if (text_of(member.value).find('\0') != std::string_view::npos) {
      reader.report(at, "a NUL character (\\u0000) in the string");
    } else {
      environment.emplace_back(name, text_of(member.value));
    }
  }
  return environment;
}

}  // namespace dream::config
