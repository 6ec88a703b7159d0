#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/command_words.hpp"

namespace dream::cli {

namespace {

using Parsed = Result<std::variant<Options, Answer>>;

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return std::string("Usage: ") + usage_lines + "\n";
  }

  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string names = CLI::Formatter::make_option_name(option, is_positional);
    return names.substr(0, names.find('{'));  // the value of a flag that says no
  }
};

/// What CLI11 writes into.
struct Raw {
  std::vector<std::string> words;
  std::string directory;
  std::vector<std::string> affected;
  std::string log_directory;
  std::string trace_file;
  std::string from;
  bool recursive = false;
  bool dry_run = false;
  bool info = false;
  bool version = false;
  std::int64_t grace_ms = 0;
  std::size_t jobs = 0;
  std::map<std::string, std::vector<std::string>> choices;  // by the name of an option
  Options options;
};

constexpr std::int64_t most_ms = 0x7FFFFFFF;
constexpr std::size_t most_jobs = 100'000;

/// An option whose value is one of a few words; any other word is an error that names them all.
template <class Value>
CLI::Option* add_choice(CLI::App& app, Raw& raw, const std::string& names, Value& value,
                        const std::string& help, const std::map<std::string, Value>& values) {
  std::vector<std::string> words;
  words.reserve(values.size());
  for (const auto& [known, meant] : values) words.push_back(known);
  const auto find = [values, words](std::string& word) -> std::string {
    const auto found = values.find(word);
    if (found == values.end()) return "\"" + word + "\" is none of " + join_words(words);
    word = std::to_string(static_cast<int>(found->second));
    return {};
  };
  CLI::Option* option = app.add_option(names, value, help)->transform(CLI::Validator(find, ""));
  raw.choices[option->get_name()] = std::move(words);
  return option;
}

/// What isn't about the run itself.
void define_others(CLI::App& app, Raw& raw) {
  app.add_flag("--json", raw.options.json, "plan, list, validate, suggest and plugin: as JSON");
  app.add_flag("-d,--debug", raw.options.debug, "say more: discovery, plan, state changes, plugin calls");
  app.add_flag("--trust", raw.options.trust,
               "obey another user's dream.json, and load the workspace's own plugins, for this once");
  app.add_flag("--forget", raw.options.forget, "trust: the folder is trusted no more");
  app.add_flag("--strict", raw.options.strict, "validate: warnings count as errors");
  app.add_flag("--write", raw.options.write, "suggest: puts what it suggests into dream.json");
  app.add_option("--only", raw.options.only_rule, "plugin check: this rule alone")->type_name("RULE");
  app.add_option("--seed", raw.options.seed, "plugin check: of the calls in random order")
      ->option_text("NUMBER");
  app.add_option("--options", raw.options.plugin_options, "plugin check: the options that its tasks need")
      ->type_name("JSON");
  app.add_option("--from", raw.from,
                 "init: take over this file alone: compose.yaml, Procfile, package.json, …")
      ->type_name("FILE");
  app.add_flag("-i,--info", raw.info, "where dream looked, what it found, projects, defaults, executors");
  app.add_flag("-v,--version", raw.version, "print the version");
}

void define(CLI::App& app, Raw& raw) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(help_footer);
  app.set_help_flag("-h,--help", "print this help");
  app.add_option("words", raw.words)->group("");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // an alias can be overridden
  app.add_option("-C,--directory", raw.directory, "as if started in this folder")->type_name("DIR");
  app.add_option("-p,--project", raw.options.projects,
                 "this project instead of the current folder's; several, and globs: './packages/*'")
      ->type_name("PATH")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  app.add_flag("--all", raw.options.all, "every project that has the task");
  app.add_option("--affected", raw.affected,
                 "projects with changes since BASE, and what depends on them (default: the main branch)")
      ->expected(0, 1)
      ->type_name("BASE");
  app.add_flag("--dependents", raw.options.dependents, "what depends on the selected projects, too");
  app.add_flag("--list-only", raw.options.list_only, "say which projects are selected and why, run nothing");
  app.add_flag("-r,--recursive,!--no-recursive", raw.recursive, "dependencies of dependencies, too (or not)");
  app.add_option("-j,--jobs", raw.jobs, "so many steps of a group at once (default: processors)")
      ->check(CLI::Range(std::size_t{1}, most_jobs))
      ->option_text("N");
  app.add_flag("-k,--keep-going", raw.options.keep_going,
               "after a failure go on with what doesn't need the failed step");
  app.add_option("--profile", raw.options.profiles,
                 "steps of this profile, too; '*': all (DREAM_PROFILES counts, too)")
      ->type_name("NAME")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  add_choice<bool>(app, raw, "--ports", raw.options.moves_ports,
                   "exact (as dream.json has them) or auto (all moved by an offset of this working tree)",
                   {{"exact", false}, {"auto", true}})
      ->type_name("HOW");
  app.add_flag("--detach", raw.options.detach,
               "returns when all is started and ready; the run goes on: dream ctl");
  app.add_flag("--record", raw.options.record, "keeps what happens: dream ctl history, dream ctl show");
  app.add_flag("-n,--dry-run", raw.dry_run, "show the plan and its timeline, run nothing (= dream plan)");
  add_choice<Graph>(app, raw, "--graph", raw.options.graph,
                    "plan: as a graph, in the language dot or mermaid",
                    {{"dot", Graph::dot}, {"mermaid", Graph::mermaid}})
      ->type_name("LANGUAGE");
  add_choice<Output>(app, raw, "-o,--output", raw.options.output,
                     "prefix (default for several steps), raw, grouped or events",
                     {{"prefix", Output::prefix},
                      {"raw", Output::raw},
                      {"grouped", Output::grouped},
                      {"events", Output::events}})
      ->type_name("MODE");
  app.add_option("--log-dir", raw.log_directory, "also write every step's output into files of this folder")
      ->type_name("DIR");
  app.add_option("--trace", raw.trace_file, "also write a trace of the run, for Perfetto or Chrome")
      ->type_name("FILE");
  add_choice<When>(app, raw, "--color", raw.options.color,
                   "auto, always or never (NO_COLOR and FORCE_COLOR count, too)",
                   {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}})
      ->type_name("WHEN");
  app.add_option("--grace", raw.grace_ms, "overrides every stop.graceMs")
      ->check(CLI::Range(std::int64_t{0}, most_ms))
      ->option_text("MS");
  define_others(app, raw);
}

/// "--recursvie" -> the option that was meant, if one is close.
std::string nearest_option(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names{"--no-recursive"};
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return nearest_name(word.substr(0, word.find('=')), names);
}

Error usage_error(std::string message, std::string hint = "see dream --help") {
  return {ErrorCode::usage, std::move(message), {}, std::move(hint)};
}

Error explain(const CLI::App& app, const CLI::ParseError& error) {
  // Its name is the program's, not the error's.
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const std::string& word : app.remaining()) {
      if (!word.starts_with('-')) continue;
      const std::string meant = nearest_option(app, word);
      return usage_error("unknown option " + printable(word),
                         meant.empty() ? "see dream --help" : "did you mean " + meant + "?");
    }
  }
  std::string text = error.what();
  text.erase(text.find_last_not_of(" \n") + 1);
  return usage_error(printable(text));
}

/// The command and its task from the words; complains about too few and too many.
Result<void> take_words(const std::vector<std::string>& words, Raw& raw) {
  Options& options = raw.options;
  if (raw.info) {
    options.command = CommandName::info;
    return words.empty() ? Result<void>{} : usage_error("--info takes no task");
  }
  std::size_t taken = 0;
  if (const CommandWords* command = words.empty() ? nullptr : find_command(words.front())) {
    options.command = command->command;
    taken = 1;
  }
  const bool is_plan = options.command == CommandName::run || options.command == CommandName::plan;
  // Alone it may be a task.
  if (is_plan || (options.command == CommandName::suggest && words.size() > taken)) {
    if (words.size() == taken && !raw.affected.empty())
      return usage_error("no task given", "--affected takes " + in_quotes(raw.affected.front()) +
                                              " for its BASE: write the task first");
    if (words.size() == taken) return usage_error("no task given", "dream list shows the tasks there are");
    // Behind a command there may be several.
    const std::size_t end = is_plan && taken == 1 ? words.size() : taken + 1;
    options.tasks.assign(words.begin() + static_cast<std::ptrdiff_t>(taken),
                         words.begin() + static_cast<std::ptrdiff_t>(end));
    taken = end;
    for (const std::string& task : options.tasks) {
      if (task.empty()) return usage_error("the task's name is empty");
      if (!is_printable(task))
        return usage_error("a character that can't be shown in the task's name " + in_quotes(task));
    }
  }
  if (options.command == CommandName::ctl)
    return usage_error("options of ctl stand behind it", "dream -C DIR ctl ps, dream ctl --help");
  if (options.command == CommandName::plugin || options.command == CommandName::completion) {
    options.words.assign(words.begin() + 1, words.end());
    taken = words.size();
  }
  if (options.command == CommandName::trust && words.size() > taken) options.words = {words[taken++]};
  if (words.size() > taken) {
    return usage_error("unexpected \"" + printable(words[taken]) + "\"",
                       "arguments for the task go after --; `dream run TASK TASK` runs several tasks");
  }
  if (options.forget && (options.command != CommandName::trust || options.words.empty())) {
    return usage_error("--forget goes with trust and a folder");
  }
  if (options.from && options.command != CommandName::init) return usage_error("--from goes with init");
  if (options.write && (options.command != CommandName::suggest || options.tasks.empty())) {
    return usage_error("--write goes with suggest and a task");
  }
  if (options.strict && options.command != CommandName::validate)
    return usage_error("--strict goes with validate");
  if (options.detach && options.command != CommandName::run) return usage_error("--detach goes with a task");
  if (options.record && options.command != CommandName::run) return usage_error("--record goes with a task");
  if (raw.dry_run && options.detach) return usage_error("--dry-run and --detach don't go together");
  if (raw.dry_run && !is_plan) return usage_error("--dry-run goes with a task");
  if (raw.dry_run) options.command = CommandName::plan;
  if (options.graph != Graph::none && options.command != CommandName::plan)
    return usage_error("--graph goes with plan");
  if (options.json && ((options.command == CommandName::run && !options.list_only) ||
                       (options.command == CommandName::suggest && options.tasks.empty()))) {
    return usage_error("--json goes with plan, list, validate and suggest",
                       "-n --json shows the plan as JSON");
  }
  return {};
}

/// They say which projects a task runs in.
Result<void> check_selection(const Options& options) {
  const bool is_plan = options.command == CommandName::run || options.command == CommandName::plan;
  if (!is_plan && !options.profiles.empty()) return usage_error("--profile goes with a task");
  if (!is_plan && options.moves_ports) return usage_error("--ports goes with a task");
  const bool selects = options.all || options.affected || options.dependents || options.list_only;
  if (!is_plan && selects)
    return usage_error("--all, --affected, --dependents and --list-only go with a task");
  if (!is_plan && options.projects.size() > 1) return usage_error("--project is there more than once");
  if (options.all && options.affected) return usage_error("--all and --affected don't go together");
  if (options.dependents && options.projects.empty())
    return usage_error("--dependents goes with --project", "--affected has them by itself");
  return {};
}

/// Options of `dream plugin` say nothing elsewhere: there they are a mistake.
Result<void> check_plugin_options(const CLI::App& app, const Options& options) {
  const bool is_plugin = options.command == CommandName::plugin && !options.words.empty();
  const bool checks = is_plugin && options.words[0] == "check";
  const bool asks = is_plugin && options.words[0] == "info";
  for (const char* name : {"--only", "--seed"}) {
    if (app.count(name) > 0 && !checks) return usage_error(name + std::string(" goes with plugin check"));
  }
  if (app.count("--options") == 0 || checks || asks) return {};
  return usage_error("--options goes with plugin check and plugin info");
}

/// `dream [-C DIR] ctl …` has options of its own.
std::optional<Options> ctl_options(const std::vector<std::string>& all) {
  const bool has_folder = all.size() > 2 && (all[0] == "-C" || all[0] == "--directory");
  const std::size_t at = has_folder ? 2 : 0;
  if (all.size() <= at || all[at] != "ctl") return std::nullopt;
  Options options;
  options.command = CommandName::ctl;
  if (has_folder) options.directory = all[1];
  options.words.assign(all.begin() + static_cast<std::ptrdiff_t>(at + 1), all.end());
  return options;
}

}  // namespace

Parsed parse_options(int argument_count, const char* const* arguments) {
  std::vector<std::string> all(arguments + 1, arguments + std::max(1, argument_count));
  if (std::optional<Options> ctl = ctl_options(all)) return std::variant<Options, Answer>(*std::move(ctl));
  Raw raw;
  const auto separator = std::find(all.begin(), all.end(), "--");
  if (separator != all.end()) raw.options.arguments.assign(separator + 1, all.end());
  all.erase(separator, all.end());
  std::reverse(all.begin(), all.end());  // the order in which CLI11 takes a vector

  CLI::App app(program_summary, "dream");
  define(app, raw);
  try {
    app.parse(all);
  } catch (const CLI::CallForHelp&) {
    return std::variant<Options, Answer>(Answer{app.help()});
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  if (raw.version) return std::variant<Options, Answer>(Answer{"dream " DREAM_VERSION "\n"});
  if (app.count("--directory") > 0) raw.options.directory = raw.directory;
  if (app.count("--log-dir") > 0) raw.options.log_directory = raw.log_directory;
  if (app.count("--trace") > 0) raw.options.trace_file = raw.trace_file;
  if (app.count("--from") > 0) raw.options.from = raw.from;
  raw.options.affected = app.count("--affected") > 0;
  if (!raw.affected.empty()) raw.options.affected_since = raw.affected.front();
  if (app.count("--recursive") > 0) raw.options.recursive = raw.recursive;
  if (app.count("--jobs") > 0) raw.options.jobs = raw.jobs;
  if (app.count("--grace") > 0) raw.options.grace = std::chrono::milliseconds(raw.grace_ms);
  if (const Result<void> words = take_words(raw.words, raw); !words) return words.error();
  if (const Result<void> fit = check_selection(raw.options); !fit) return fit.error();
  if (const Result<void> fit = check_plugin_options(app, raw.options); !fit) return fit.error();
  return std::variant<Options, Answer>(std::move(raw.options));
}

std::vector<OptionWords> option_words() {
  Raw raw;
  CLI::App app(program_summary, "dream");
  define(app, raw);
  std::vector<OptionWords> all;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionWords& words = all.emplace_back();
    for (const std::string& name : option->get_snames()) words.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) words.names.push_back("--" + name);
    const std::string& text = option->get_option_text();
    if (option->get_type_size() > 0) words.value = text.empty() ? option->get_type_name() : text;
    words.help = option->get_description();
    words.choices = raw.choices[option->get_name()];
  }
  return all;
}

}  // namespace dream::cli
