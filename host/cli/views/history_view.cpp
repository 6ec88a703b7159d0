#include "cli/views/history_view.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/json_builder.hpp"
#include "base/text.hpp"
#include "cli/since.hpp"

namespace dream::cli {

namespace {

using history::Compared;
using history::Header;
using history::StepTimes;

constexpr std::string_view nothing = "-";

std::string end_of(const PastRun& run) {
  if (run.overview.exit_code) return fmt::format("exit code {}", *run.overview.exit_code);
  return run.runs ? "runs" : "killed";
}

long long microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void add_run(JsonPage& json, const Header& header) {
  json.member("run", header.run.run)
      .member("dream", header.run.dream)
      .member("root", header.run.root)
      .member("requested", header.run.requested)
      .member("startedMs", header.run.started_ms)
      .member("commandLine", header.command_line)
      .begin_array("files");
  for (const history::SourceFile& file : header.files)
    json.begin_object().member("path", file.path).member("sha256", file.sha256).end_object();
  json.end_array();
}

/// "120 ms → 2.1 s (+2.0 s)".
std::string change_text(const std::optional<Duration>& before, const std::optional<Duration>& after) {
  if (!before && !after) return std::string(nothing);
  const auto text = [](const std::optional<Duration>& time) {
    return time ? human_duration(*time) : std::string(nothing);
  };
  std::string all = text(before) + " → " + text(after);
  if (!before || !after) return all;
  const Duration change = *after - *before;
  const Duration size = change < Duration{} ? -change : change;
  if (size < std::chrono::milliseconds(1)) return all;
  return all + fmt::format(" ({}{})", change < Duration{} ? "-" : "+", human_duration(size));
}

std::string short_title(const Header& header) {
  return fmt::format("run {} of {}, {}", header.run.short_id(), local_time(header.run.started_ms),
                     join_words(header.run.requested));
}

void add_times(JsonPage& json, std::string_view name, const std::optional<StepTimes>& times) {
  if (!times) {
    json.null(name);
    return;
  }
  const auto number = [](const std::optional<Duration>& time) {
    return time ? std::optional(microseconds(*time)) : std::nullopt;
  };
  json.begin_object(name)
      .member("startedUs", number(times->started))
      .member("readyAfterUs", number(times->ready))
      .member("ranUs", number(times->ran))
      .text_or_null("outcome", times->outcome)
      .end_object();
}

/// The files that both runs were made from, and that are not the same any more.
std::vector<std::string> changed_files(const Header& before, const Header& after) {
  std::vector<std::string> changed;
  for (const history::SourceFile& was : before.files)
    for (const history::SourceFile& is : after.files)
      if (was.path == is.path && was.sha256 != is.sha256) changed.push_back(is.path);
  return changed;
}

}  // namespace

std::string history_text(const std::vector<PastRun>& runs, bool everywhere, const TextStyle& style) {
  Table table({Tone::strong, Tone::plain, Tone::plain, Tone::plain, Tone::plain, Tone::faint}, style.colour);
  std::vector<std::string> heading{"RUN", "BEGUN", "TASK", "TOOK", "ENDED"};
  if (everywhere) heading.emplace_back("WORKSPACE");
  table.add(heading);
  for (const PastRun& run : runs) {
    const control::RunInfo& info = run.overview.header.run;
    std::vector<std::string> row{info.short_id(), local_time(info.started_ms), join_words(info.requested),
                                 human_duration(run.overview.lasted), end_of(run)};
    if (everywhere) row.push_back(info.root);
    table.add(row);
  }
  return table.text();
}

std::string history_json(const std::vector<PastRun>& runs) {
  JsonPage json;
  json.begin_array();
  for (const PastRun& run : runs) {
    json.begin_object().member("v", 1);
    add_run(json, run.overview.header);
    json.member("state", run.overview.exit_code ? "ended" : end_of(run))
        .member("exitCode", run.overview.exit_code)
        .member("durationUs", microseconds(run.overview.lasted))
        .end_object();
  }
  return json.end_array().line();
}

std::string compare_text(const Header& before, const Header& after, const std::vector<Compared>& steps,
                         const TextStyle& style) {
  std::string out = printable(short_title(before)) + "\n→ " + printable(short_title(after)) + "\n";
  if (const auto changed = changed_files(before, after); !changed.empty())
    out += printable(join_words(changed)) + " has changed between them\n";
  Table table({Tone::strong, Tone::plain, Tone::plain, Tone::plain}, style.colour);
  table.add({"STEP", "STARTED AFTER", "READY AFTER", "RAN FOR"});
  for (const Compared& step : steps) {
    if (!step.before || !step.after) {
      table.add({step.step, "only in run " + (step.before ? before : after).run.short_id()});
      continue;
    }
    table.add({step.step, change_text(step.before->started, step.after->started),
               change_text(step.before->ready, step.after->ready),
               change_text(step.before->ran, step.after->ran)});
  }
  return out + table.text();
}

std::string compare_json(const Header& before, const Header& after, const std::vector<Compared>& steps) {
  JsonPage json;
  json.begin_object().member("v", 1).begin_object("before");
  add_run(json, before);
  json.end_object().begin_object("after");
  add_run(json, after);
  json.end_object().begin_array("steps");
  for (const Compared& step : steps) {
    json.begin_object().member("step", step.step).member("changeUs", microseconds(step.change));
    add_times(json, "before", step.before);
    add_times(json, "after", step.after);
    json.end_object();
  }
  return json.end_array().end_object().line();
}

}  // namespace dream::cli
