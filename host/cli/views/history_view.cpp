#include "cli/views/history_view.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.hpp"
#include "cli/since.hpp"
#include "output/outcome_json.hpp"

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

std::string run_json(const Header& header) {
  std::string files;
  for (const history::SourceFile& file : header.files)
    files += fmt::format(R"({}{{"path": {}, "sha256": {}}})", files.empty() ? "" : ", ",
                         json_string(file.path), json_string(file.sha256));
  return fmt::format(
      R"("run": {}, "dream": {}, "root": {}, "requested": {}, "startedMs": {}, "commandLine": {}, "files": [{}])",
      json_string(header.run.run), json_string(header.run.dream), json_string(header.run.root),
      output::texts_json(header.run.requested), header.run.started_ms,
      output::texts_json(header.command_line), files);
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

std::string times_json(const std::optional<StepTimes>& times) {
  if (!times) return "null";
  const auto number = [](const std::optional<Duration>& time) {
    return time ? std::to_string(microseconds(*time)) : std::string("null");
  };
  return fmt::format(R"({{"startedUs": {}, "readyAfterUs": {}, "ranUs": {}, "outcome": {}}})",
                     number(times->started), number(times->ready), number(times->ran),
                     times->outcome.empty() ? "null" : json_string(times->outcome));
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
  std::string out = "[";
  for (const PastRun& run : runs) {
    const auto& code = run.overview.exit_code;
    out += fmt::format("{}\n  {{\"v\": 1, {}, \"state\": \"{}\", \"exitCode\": {}, \"durationUs\": {}}}",
                       out == "[" ? "" : ",", run_json(run.overview.header), code ? "ended" : end_of(run),
                       code ? std::to_string(*code) : "null", microseconds(run.overview.lasted));
  }
  return out + (runs.empty() ? "]\n" : "\n]\n");
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
  std::string all;
  for (const Compared& step : steps)
    all += fmt::format("{}\n    {{\"step\": {}, \"changeUs\": {}, \"before\": {}, \"after\": {}}}",
                       all.empty() ? "" : ",", json_string(step.step), microseconds(step.change),
                       times_json(step.before), times_json(step.after));
  return fmt::format(
      "{{\n  \"v\": 1,\n  \"before\": {{{}}},\n  \"after\": {{{}}},\n  \"steps\": [{}\n  ]\n}}\n",
      run_json(before), run_json(after), all);
}

}  // namespace dream::cli
