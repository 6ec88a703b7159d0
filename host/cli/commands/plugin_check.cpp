#include "cli/commands/plugin_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/json_builder.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "cli/commands/plugin_info.hpp"
#include "cli/terminal.hpp"
#include "cli/views/view_text.hpp"
#include "cli/workspace.hpp"
#include "conformance/check.hpp"

namespace dream::cli {

namespace {

using conformance::Checked;
using conformance::Verdict;

// The plugin breaks a rule.
constexpr int exit_broken = 1;
// So many rules that are skipped for one reason are a line of their own.
constexpr std::size_t many_skipped = 3;
// The longest id, so that what follows lines up.
constexpr std::size_t id_columns = 20;

Tone tone_of(Verdict verdict) {
  if (verdict == Verdict::pass) return Tone::plain;
  return verdict == Verdict::skip ? Tone::faint : Tone::warning;
}

/// "fail   exit.once            it calls on_exit of one run more than once"
std::string line_of(const Checked& checked, const TextStyle& style) {
  std::string text(word_of(checked.verdict));
  text.resize(7, ' ');
  text += checked.rule->id;
  text.resize(7 + id_columns, ' ');
  text += checked.verdict == Verdict::pass ? std::string(checked.rule->what) : checked.reason;
  std::string out;
  append_toned_printable(out, text, tone_of(checked.verdict), style.colour);
  if (checked.verdict == Verdict::fail || checked.verdict == Verdict::crash ||
      checked.verdict == Verdict::warn) {
    out += "\n       ";
    append_toned_printable(out, std::string("  the rule: ") + std::string(checked.rule->what), Tone::faint,
                           style.colour);
  }
  return out + "\n";
}

std::size_t count(const std::vector<Checked>& all, Verdict verdict) {
  return static_cast<std::size_t>(std::ranges::count(all, verdict, &Checked::verdict));
}

/// A rule about an extension that the plugin doesn't have says nothing about it.
bool is_gap(const Checked& checked) {
  return checked.verdict == Verdict::skip && !checked.reason.starts_with(conformance::has_not);
}

std::string summary_of(const std::vector<Checked>& all) {
  std::string text;
  for (const Verdict verdict : {Verdict::pass, Verdict::warn, Verdict::fail, Verdict::crash, Verdict::skip}) {
    if (const std::size_t times = count(all, verdict); times > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(times) + " " + std::string(word_of(verdict));
    }
  }
  return text + "\n";
}

/// Says that much was not looked at, and why: a summary without a fail must not be taken for a whole one.
std::string gaps_of(const std::vector<Checked>& all) {
  std::map<std::string, std::size_t> reasons;
  for (const Checked& checked : all) {
    if (is_gap(checked)) ++reasons[checked.reason];
  }
  const auto often = std::ranges::max_element(reasons, {}, [](const auto& reason) { return reason.second; });
  if (often == reasons.end() || often->second < many_skipped) return "";
  const bool not_started = often->first.starts_with("no task");
  return fmt::format("{} of {} rules were not checked; {} of them since {}{}\n",
                     std::ranges::count_if(all, is_gap), all.size(), often->second, often->first,
                     not_started ? " (give the plugin what it needs with --options)" : "");
}

std::string json_of(const std::vector<Checked>& all, bool sound) {
  JsonPage json;
  json.begin_object().begin_array("checks");
  for (const Checked& checked : all)
    json.begin_object()
        .member("rule", checked.rule->id)
        .member("level", checked.rule->level == conformance::Level::must ? "must" : "should")
        .member("verdict", word_of(checked.verdict))
        .text_or_null("reason", checked.reason)
        .end_object();
  return json.end_array()
      .member("conforms", sound)
      .member("skipped", count(all, Verdict::skip))
      .end_object()
      .line();
}

}  // namespace

int check_plugin(const Options& options) {
  const bool by_file = names_file(options.words[0]);
  const Result<prepare::LoadedWorkspace> workspace =
      by_file ? prepare::LoadedWorkspace{} : workspace_if_any(options);
  if (!workspace) return exit_nothing_run;
  const auto found = find_plugin(options, prepare::plugin_search_path(workspace->workspace, options.trust));
  if (!found) {
    complain(found.error());
    return exit_nothing_run;
  }
  const TextStyle style = style_of_stdout(options);
  const conformance::CheckRequest request{.file = found->path,
                                          .only = options.only_rule.value_or(""),
                                          .seed = options.seed.value_or(1),
                                          .options = options.plugin_options.value_or("{}"),
                                          .options_given = options.plugin_options.has_value()};
  const auto tell = [&](const Checked& checked) {
    if (options.json) return;
    static_cast<void>(write_all(STDOUT_FILENO, line_of(checked, style)));
  };
  const Result<std::vector<Checked>> all = conformance::check_plugin(request, tell);
  if (!all) {
    complain(all.error());
    return exit_nothing_run;
  }
  const bool sound = count(*all, Verdict::fail) + count(*all, Verdict::crash) == 0;
  return print(options.json ? json_of(*all, sound) : gaps_of(*all) + summary_of(*all),
               sound ? 0 : exit_broken);
}

}  // namespace dream::cli
