#include "history/record.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace dream::history {

namespace {

using control::flag_at;
using control::Json;
using control::member_of;
using control::number_at;
using control::text_at;

/// The line that begins at `at`, with its newline, if it has one.
std::string_view line_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

/// No run has lasted longer, and no sum of such times overflows.
Duration time_of(std::int64_t us) {
  constexpr std::int64_t most = std::int64_t{100} * 365 * 86'400 * 1'000'000;
  return std::chrono::microseconds(std::clamp<std::int64_t>(us, 0, most));
}

std::optional<Instant> moment_at(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  return value != nullptr && value->IsInt64() ? std::optional(Instant{} + time_of(value->GetInt64()))
                                              : std::nullopt;
}

/// None: it is no event that this dream knows how to read.
std::optional<rapidjson::Document> event_of(std::string_view line) {
  if (line.size() > Record::longest_line || !line.ends_with('\n')) return std::nullopt;
  rapidjson::Document event = control::parse_line(line);
  if (number_at(event, "v") != 1 || text_at(event, "event").empty()) return std::nullopt;
  return event;
}

engine::OutcomeKind kind_of(std::string_view word) {
  if (word == "succeeded") return engine::OutcomeKind::succeeded;
  if (word == "failed") return engine::OutcomeKind::failed;
  return word == "terminated" ? engine::OutcomeKind::terminated : engine::OutcomeKind::skipped;
}

/// A number where the signal has no name: "signal 99".
int signal_of(const std::string& word) {
  if (const int known = signal_number(word); known != 0) return known;
  int number = 0;
  const std::size_t space = word.rfind(' ') + 1;
  std::from_chars(word.data() + space, word.data() + word.size(), number);
  return number;
}

std::optional<ExitStatus> exit_in(const Json* exit) {
  if (exit == nullptr || !exit->IsObject()) return std::nullopt;
  if (member_of(*exit, "signal") != nullptr) return KilledBy{signal_of(text_at(*exit, "signal"))};
  if (member_of(*exit, "lost") != nullptr) return Lost{text_at(*exit, "lost")};
  return ExitedWith{static_cast<int>(number_at(*exit, "code"))};
}

}  // namespace

Result<Record> Record::read(std::string text) {
  Record record;
  record.text_ = std::move(text);
  const std::string_view first = line_at(record.text_, 0);
  Result<Header> header = header_in(first.substr(0, longest_line));
  if (!header) return header.error();
  record.header_ = std::move(*header);
  record.begin_ = first.size();
  if (record.begin_ == record.text_.size())
    return Error{ErrorCode::io, "ends before it says what was run", {}, {}};
  const auto planned = event_of(line_at(record.text_, record.begin_));
  if (planned && text_at(*planned, "event") == "planned" && record.take_plan(*planned)) return record;
  return Error{ErrorCode::io, "is damaged: what was run can't be understood", {}, "remove it"};
}

bool Record::take_plan(const Json& planned) {
  const Json* steps = member_of(planned, "steps");
  if (steps == nullptr || !steps->IsArray() || steps->Empty()) return false;
  for (const Json& written : steps->GetArray()) {
    Step step{.id = {text_at(written, "project"), text_at(written, "task")}};
    if (step.id.project.empty() || step.id.task.empty()) return false;
    step.background = flag_at(written, "background");
    step.required = flag_at(written, "required");
    step.service = flag_at(written, "service");
    step.finally = flag_at(written, "finally");
    step.requested = flag_at(written, "requested");
    if (!steps_.emplace(to_string(step.id), StepIndex(plan_.steps.size())).second) return false;
    plan_.steps.push_back(std::move(step));
  }
  return true;
}

std::size_t Record::for_each(const std::function<bool(const Event&)>& see) const {
  std::size_t damaged = 0;
  for (std::size_t at = begin_; at < text_.size();) {
    const std::string_view line = line_at(text_, at);
    at += line.size();
    const auto event = event_of(line);
    const bool was_cut = !line.ends_with('\n');  // its run was killed
    if (!event && !was_cut) ++damaged;
    if (!event) continue;
    const Event seen{line, text_at(*event, "event"), time_of(number_at(*event, "atUs")), step_in(*event),
                     *event};
    if (!see(seen)) return damaged;
  }
  return damaged;
}

std::optional<StepIndex> Record::step_in(const Json& object) const {
  const auto found = steps_.find(text_at(object, "step"));
  return found == steps_.end() ? std::nullopt : std::optional(found->second);
}

void Record::for_each_summed(const Json& summary,
                             const std::function<void(StepIndex, const Json& entry)>& see) const {
  const Json* steps = member_of(summary, "steps");
  if (steps == nullptr || !steps->IsArray()) return;
  for (const Json& entry : steps->GetArray())
    if (const auto step = step_in(entry)) see(*step, entry);
}

std::optional<engine::StepEnd> Record::reason_in(const Json& reason) const {
  using engine::RunStop;
  const std::string kind = text_at(reason, "kind");
  const auto step = step_in(reason);
  if (kind == "requiredFailed" && step) return RunStop{engine::RequiredFailed{*step}};
  if (kind == "signal") return RunStop{engine::StoppedBySignal{signal_of(text_at(reason, "signal"))}};
  if (kind == "guardianLost") return RunStop{engine::GuardianLost{}};
  if (kind == "readerGone") return RunStop{engine::ReaderGone{}};
  if (kind == "outputBroken") return RunStop{engine::OutputBroken{}};
  if (kind == "request") return RunStop{engine::Requested{}};
  if (kind == "noLongerNeeded") return engine::NoLongerNeeded{};
  if (kind == "restartedWith" && step) return engine::Renewed{*step};
  if (kind == "held") return engine::Held{};
  if (kind == "restartRequest") return engine::RestartRequested{};
  if (kind == "neededFailed" && step) return engine::NeededFailed{*step};
  if (kind == "timedOut") return engine::TimedOut{};
  if (kind == "cannotBecomeReady") return engine::CannotBecomeReady{};
  if (kind == "unhealthy") return engine::BecameUnhealthy{};
  return std::nullopt;
}

engine::Outcome Record::outcome_in(const Json& object) const {
  engine::Outcome outcome;
  outcome.kind = kind_of(text_at(object, "outcome"));
  outcome.exit = exit_in(member_of(object, "exit"));
  if (const std::string error = text_at(object, "error"); !error.empty())
    outcome.start_error = Error{ErrorCode::io, error, {}, {}};
  if (const Json* reason = member_of(object, "reason"); reason != nullptr && reason->IsObject()) {
    outcome.reason = reason_in(*reason);
    // How long it had is in no record.
    if (!outcome.start_error && text_at(*reason, "kind") == "notReadyInTime")
      outcome.start_error = Error{ErrorCode::io, "not ready in time", {}, {}};
  }
  outcome.forced = flag_at(object, "killed");
  outcome.left_behind = control::texts_at(object, "leftBehind");
  outcome.started = moment_at(object, "startedUs");
  outcome.ended = moment_at(object, "endedUs");
  const bool is_known = outcome.started && outcome.ended && *outcome.started <= *outcome.ended;
  if (const auto ran = moment_at(object, "ranUs"))
    outcome.ran = *ran - Instant{};
  else if (is_known && member_of(object, "ranUs") == nullptr)  // an older dream's
    outcome.ran = *outcome.ended - *outcome.started;
  return outcome;
}

Result<Overview> overview_of(std::string_view text) {
  Result<Header> header = header_in(line_at(text, 0).substr(0, Record::longest_line));
  if (!header) return header.error();
  Overview overview{std::move(*header), {}, {}};
  overview.has_begun = text.find(R"("event":"started")") != std::string_view::npos ||
                       text.find(R"("event":"delay")") != std::string_view::npos;
  const auto line_around = [&](std::size_t at) {
    const std::size_t before = text.rfind('\n', at);
    return line_at(text, before == std::string_view::npos ? 0 : before + 1);
  };
  // In what steps write, a quote has a backslash before it.
  const std::size_t end = text.rfind(R"("event":"summary")");
  if (const auto summary = end == std::string_view::npos ? std::nullopt : event_of(line_around(end))) {
    constexpr std::int64_t most = 255;  // a record may be damaged
    overview.exit_code = static_cast<int>(std::clamp<std::int64_t>(number_at(*summary, "exitCode"), 0, most));
    overview.lasted = time_of(number_at(*summary, "atUs"));
    return overview;
  }
  // The last line may be cut off.
  constexpr std::string_view begin = "\n{\"v\":1,\"atUs\":";
  std::int64_t at_us = 0;
  if (const std::size_t last = text.rfind(begin); last != std::string_view::npos)
    std::from_chars(text.data() + last + begin.size(), text.data() + text.size(), at_us);
  overview.lasted = time_of(at_us);
  return overview;
}

}  // namespace dream::history
