#include "cli/views/ctl_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/change.hpp"
#include "base/json_builder.hpp"
#include "base/text.hpp"
#include "control/json.hpp"

namespace dream::cli {

namespace {

using control::bytes_at;
using control::Json;
using control::number_at;
using control::text_at;

const Json* find(const Json& object, const char* key, const char* inner) {
  const Json* outer = control::member_of(object, key);
  return outer == nullptr ? nullptr : control::member_of(*outer, inner);
}

template <class See>
void for_each(const Json* array, const See& see) {
  if (array == nullptr || !array->IsArray()) return;
  for (const Json& element : array->GetArray()) see(element);
}

std::vector<std::string> texts_in(const Json& answer, const char* key) {
  const Json* ok = control::member_of(answer, "ok");
  return ok == nullptr ? std::vector<std::string>() : control::texts_at(*ok, key);
}

/// What an answer says, as members of `json`.
template <class Builder>
void add_answer(Builder& json, const Json* ok) {
  if (ok == nullptr || !ok->IsObject()) return;
  for (const auto& [name, value] : ok->GetObject())
    json.member(std::string_view(name.GetString(), name.GetStringLength()), value);
}

std::string age(std::int64_t ms) {
  return human_duration(std::chrono::milliseconds(std::max<std::int64_t>(ms, 0)));
}

std::string memory(std::int64_t kib) {
  if (kib < 1024) return fmt::format("{} KiB", kib);
  if (kib < std::int64_t{1024} * 1024) return fmt::format("{} MiB", kib / 1024);
  return fmt::format("{:.1f} GiB", static_cast<double>(kib) / (1024.0 * 1024.0));
}

/// "ended" says little: how is what matters.
std::string state_of(const Json& step) {
  std::string state = text_at(step, "state");
  return state == "ended" ? text_at(step, "outcome") : state;
}

std::vector<std::string> row_of(const Json& step) {
  std::string ports;
  for_each(control::member_of(step, "ports"), [&](const Json& port) {
    if (port.IsInt()) ports += (ports.empty() ? "" : ",") + std::to_string(port.GetInt());
  });
  const bool runs = number_at(step, "pid") != 0;
  std::string note = text_at(step, "why");
  if (note.empty()) note = text_at(step, "detail");
  if (const std::int64_t attempt = number_at(step, "attempt"); attempt > 1)
    note = fmt::format("attempt {}", attempt) + (note.empty() ? "" : ": ") + note;
  return {text_at(step, "step"),
          state_of(step),
          age(number_at(step, "sinceMs")),
          runs ? std::to_string(number_at(step, "pid")) : "",
          runs ? age(number_at(step, "cpuMs")) : "",
          runs ? memory(number_at(step, "memoryKiB")) : "",
          ports,
          std::move(note)};
}

Written written_of(const Json& object) {
  return {text_at(object, "step"), bytes_at(object), text_at(object, "stream")};
}

}  // namespace

bool tells_of_stop(std::string_view answer) {
  const rapidjson::Document parsed = control::parse_line(answer);
  const Json* stopping = find(parsed, "ok", "stopping");
  return stopping != nullptr && stopping->IsTrue();
}

std::string runs_text(const std::vector<RunSeen>& runs, std::int64_t now_ms, const TextStyle& style) {
  std::string out;
  for (const RunSeen& run : runs) {
    const rapidjson::Document answer = control::parse_line(run.answer);
    if (!out.empty()) out += '\n';
    std::string title =
        join_words(run.info.requested) + fmt::format("  run {}, pid {}, for {}", run.info.short_id(),
                                                     run.info.pid, age(now_ms - run.info.started_ms));
    if (tells_of_stop(run.answer)) title += ", is being stopped";
    append_toned(out, printable(title), Tone::strong, style.colour);
    out += "\n  " + printable(run.info.root) + "\n";
    Table table({Tone::strong, Tone::plain, Tone::plain, Tone::faint, Tone::faint, Tone::faint, Tone::plain,
                 Tone::faint},
                style.colour);
    table.add({"STEP", "STATE", "FOR", "PID", "CPU", "MEMORY", "PORTS", ""});
    for_each(find(answer, "ok", "steps"), [&](const Json& step) { table.add(row_of(step)); });
    out += table.text();
    const std::vector<std::string> changed = texts_in(answer, "changed");
    if (!changed.empty())
      out += printable(join_words(changed)) + (changed.size() == 1 ? " has" : " have") +
             " changed since the run began; a step uses that only after dream ctl restart STEP --reload\n";
  }
  return out;
}

std::string changes_text(std::string_view answer, const TextStyle& style) {
  const rapidjson::Document document = control::parse_line(answer);
  const auto value = [](const Json& change, const char* key) {
    const Json* text = control::member_of(change, key);
    return text != nullptr && text->IsString() ? std::optional(text_at(change, key)) : std::nullopt;
  };
  std::string out;
  for_each(find(document, "ok", "changes"), [&](const Json& change) {
    append_toned(out, printable(text_at(change, "step")), Tone::strong, style.colour);
    out += "  " +
           to_string(Change{text_at(change, "what"), value(change, "before"), value(change, "after")}) + "\n";
  });
  return out.empty() ? "dream.json has the same settings as before\n" : out;
}

std::string runs_json(const std::vector<RunSeen>& runs) {
  JsonPage json;
  json.begin_array();
  for (const RunSeen& run : runs) {
    const rapidjson::Document answer = control::parse_line(run.answer);
    const Json* ok = control::member_of(answer, "ok");
    json.begin_object()
        .member("v", 1)
        .member("run", run.info.run)
        .member("pid", run.info.pid)
        .member("root", run.info.root)
        .member("requested", run.info.requested)
        .member("startedMs", run.info.started_ms);
    add_answer(json, ok);
    if (ok == nullptr) json.begin_array("steps").end_array();
    json.end_object();
  }
  return json.end_array().line();
}

std::vector<StepSeen> steps_in(std::string_view answer) {
  std::vector<StepSeen> steps;
  const rapidjson::Document document = control::parse_line(answer);
  for_each(find(document, "ok", "steps"), [&](const Json& step) {
    steps.push_back({text_at(step, "step"), state_of(step), static_cast<int>(number_at(step, "pid"))});
  });
  return steps;
}

std::optional<Refused> refusal_in(std::string_view answer) {
  const rapidjson::Document document = control::parse_line(answer);
  const Json* error = control::member_of(document, "error");
  if (error == nullptr) return std::nullopt;
  const std::string hint = text_at(*error, "hint");
  return Refused{static_cast<int>(number_at(*error, "code")),
                 text_at(*error, "message") + (hint.empty() ? "" : " (" + hint + ")")};
}

std::vector<std::string> sentences_in(std::string_view answer) {
  return texts_in(control::parse_line(answer), "why");
}

std::vector<std::string> steps_under_way_in(std::string_view answer) {
  return texts_in(control::parse_line(answer), "underWay");
}

std::string why_json(const control::RunInfo& run, std::string_view answer) {
  JsonPage json;
  return json.begin_object()
      .member("v", 1)
      .member("run", run.run)
      .member("why", sentences_in(answer))
      .end_object()
      .line();
}

std::optional<int> exit_code_in(std::string_view answer) {
  const rapidjson::Document document = control::parse_line(answer);
  const Json* code = find(document, "ok", "exitCode");
  return code != nullptr && code->IsInt() ? std::optional(code->GetInt()) : std::nullopt;
}

std::vector<Written> written_in(std::string_view answer) {
  std::vector<Written> all;
  const rapidjson::Document document = control::parse_line(answer);
  for_each(find(document, "ok", "logs"), [&](const Json& log) { all.push_back(written_of(log)); });
  return all;
}

bool tells_end(std::string_view answer) {
  const rapidjson::Document document = control::parse_line(answer);
  const Json* follows = find(document, "ok", "follows");
  return follows != nullptr && follows->IsTrue();
}

Followed followed_in(std::string_view line) {
  const rapidjson::Document document = control::parse_line(line);
  const std::string event = text_at(document, "event");
  Followed found;
  found.is_end = event == "summary" || !text_at(document, "over").empty();
  if (event == "leftOut") found.left_out = number_at(document, "bytes");
  if (event == "output") found.written = written_of(document);
  return found;
}

std::string snapshot_of(std::string_view answer) {
  const rapidjson::Document document = control::parse_line(answer);
  JsonLine json;
  json.begin_object().member("v", 1);
  if (const Json* at = find(document, "ok", "atUs")) json.member("atUs", *at);
  json.member("event", "snapshot");
  if (const Json* steps = find(document, "ok", "steps")) json.member("steps", *steps);
  return json.end_object().line();
}

}  // namespace dream::cli
