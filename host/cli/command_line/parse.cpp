#include "cli/command_line/parse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "cli/command_line/help.hpp"
#include "cli/commands/common_options.hpp"

namespace dream::cli {

namespace {

using Parsed = Result<std::variant<Invocation, Answer>>;
using Words = std::vector<std::string>;

/// The value of a flag that says no isn't part of its name.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string names = CLI::Formatter::make_option_name(option, is_positional);
    return names.substr(0, names.find('{'));
  }
};

/// One command as a subcommand of CLI11, and what it writes into.
class Reader {
 public:
  explicit Reader(const Subcommand& command) {
    app_.set_help_flag();
    const std::size_t blank = command.name.find(' ');
    path_.emplace_back(command.name.substr(0, blank));
    if (blank != std::string_view::npos) path_.emplace_back(command.name.substr(blank + 1));
    for (const std::string& word : path_) sub_ = sub_->add_subcommand(word);
    sub_->set_help_flag("-h,--help", "print this help");
    definition_.emplace(*sub_);
    command.define(*definition_, options_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] const CLI::App& app() const { return *sub_; }
  [[nodiscard]] const Definition& definition() const { return *definition_; }
  [[nodiscard]] Options& options() { return options_; }

  /// Where the first word stands that is neither an option nor the value of one; npos: nowhere.
  [[nodiscard]] std::size_t first_word(const Words& all, std::size_t from = 0) const {
    for (std::size_t at = from; at < all.size(); ++at) {
      if (!all[at].starts_with('-') || all[at] == "-") return at;
      if (takes_next(all[at])) ++at;
    }
    return std::string::npos;
  }

  /// What CLI11 lets pass: for an empty value it takes the next word, or none, and a flag may have a value.
  [[nodiscard]] Result<void> check_values(const Words& all, const std::string& hint) const {
    for (std::size_t at = 0; at < all.size() && all[at] != "--"; ++at) {
      const std::string& word = all[at];
      if (!word.starts_with('-')) continue;
      const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
      const std::string name = word.substr(0, equals);
      const CLI::Option* option = sub_->get_option_no_throw(name);
      if (equals != std::string::npos && option != nullptr && option->get_items_expected_max() == 0)
        return usage_error(name + " takes no value", hint);
      const bool is_next = takes_next(word);
      bool is_empty = false;
      if (equals != std::string::npos)
        is_empty = option != nullptr && equals + 1 == word.size();
      else if (is_next || may_take_next(option))
        is_empty = at + 1 < all.size() && all[at + 1].empty();
      if (is_empty) return usage_error("the value of " + printable(name) + " is empty", hint);
      if (is_next) ++at;
    }
    return {};
  }

  /// Throws CLI::ParseError.
  void read(Words words) {
    mark_lists(words);
    std::ranges::reverse(words);  // the order in which CLI11 takes a vector
    words.insert(words.end(), path_.rbegin(), path_.rend());
    app_.parse(words);
  }

  /// "--recursvie" -> the option that was meant, if one is close.
  [[nodiscard]] std::string nearest_option(const std::string& word) const {
    Words names;
    for (const OptionWords& option : definition_->in_words())
      std::ranges::copy(option.names, std::back_inserter(names));
    return nearest_name(word.substr(0, word.find('=')), names);
  }

 private:
  /// CLI11 takes a word like "[a,b]" for a list.
  void mark_lists(Words& words) const {
    if (!definition_->has_words()) return;
    for (std::size_t at = first_word(words); at < words.size(); at = first_word(words, at + 1)) {
      std::string& word = words[at];
      const bool may_be_value = at > 0 && may_take_next(sub_->get_option_no_throw(words[at - 1]));
      if (!may_be_value && word.starts_with('[') && word.ends_with(']'))
        word.insert(0, 1, Definition::no_list);
    }
  }

  /// Whether the value of an option is the next word: "-o", "--output", "-no"; not "-oraw".
  [[nodiscard]] bool takes_next(const std::string& word) const {
    if (word.starts_with("--")) return takes_value(word);
    for (std::size_t at = 1; at < word.size(); ++at) {
      if (takes_value(std::string("-") + word[at])) return at + 1 == word.size();
    }
    return false;
  }
  [[nodiscard]] bool takes_value(const std::string& name) const {
    const CLI::Option* option = sub_->get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_min() > 0;
  }
  [[nodiscard]] static bool may_take_next(const CLI::Option* option) {
    return option != nullptr && option->get_items_expected_min() < option->get_items_expected_max();
  }

  CLI::App app_{program_summary, "dream"};
  CLI::App* sub_ = &app_;
  Words path_;
  Options options_;
  std::optional<Definition> definition_;
};

std::string see_help(const Subcommand& command) {
  return command.name == "run" ? "see dream --help" : fmt::format("see dream help {}", command.name);
}

std::string usage_hint(const Subcommand& command) {
  return fmt::format("usage: dream {}", usage_of(command));
}

/// The commands that take an option.
std::string owners_of(const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  Words owners;
  for (const Subcommand* other : all_commands()) {
    for (const OptionWords& option : option_words(*other)) {
      if (std::ranges::find(option.names, name) != option.names.end()) owners.emplace_back(other->name);
    }
  }
  return owners.empty() ? std::string() : join_words(owners);
}

/// What other programs call an option of dream's; empty: nothing comes to mind.
std::string called_here(const std::string& word, const Subcommand& command) {
  const std::string name = word.substr(0, word.find('='));
  if (name == "-V") return "--version";
  return name == "--tail" && command.name == "ctl logs" ? "-n" : "";
}

/// The line with an unknown option behind the dashes; empty where no task stands in front of it.
std::string as_argument(const Reader& reader, const std::string& option, const Words& all) {
  const auto at = std::ranges::find(all, option);
  const std::size_t task = reader.first_word(all);
  if (at == all.end() || task >= static_cast<std::size_t>(at - all.begin())) return {};
  std::string line = "dream";
  for (auto word = all.begin(); word != all.end(); ++word)
    line += (word == at ? " -- " : " ") + shell_quoted(*word);
  return printable(line);
}

/// CLI11's names in its messages are the program's, not the error's.
Error explain(const Reader& reader, const CLI::ParseError& error, const Subcommand& command,
              const Words& all) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const std::string& word : reader.app().remaining()) {
      if (word == "--") continue;
      if (!word.starts_with('-')) return usage_error("unexpected " + in_quotes(word), usage_hint(command));
      const std::string owners = owners_of(word);
      std::string meant = called_here(word, command);
      if (meant.empty()) meant = reader.nearest_option(word);
      const std::string for_task = command.name == "run" ? as_argument(reader, word, all) : std::string();
      std::string hint = !owners.empty() ? see_help(command)
                         : meant.empty() ? ""
                                         : "did you mean " + meant + "?";
      if (!for_task.empty())
        hint += (hint.empty()     ? "for the task: "
                 : owners.empty() ? " For the task: "
                                  : "; for the task: ") +
                for_task;
      if (!owners.empty())
        return usage_error(printable(word.substr(0, word.find('='))) + " goes with " + owners,
                           std::move(hint));
      return usage_error("unknown option " + printable(word), hint.empty() ? see_help(command) : hint);
    }
  }
  std::string text = error.what();
  text.erase(text.find_last_not_of(" \n") + 1);
  return usage_error(printable(text), see_help(command));
}

/// Takes the words that name the command out of the line. Where the first names none it is a task.
Result<const Subcommand*> take_command(Words& words, const Subcommand& run, const Reader& reader) {
  const std::size_t at = reader.first_word(words);
  if (at == std::string::npos) return &run;
  const auto take = [&words](std::size_t word) {
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(word));
  };
  const std::string first = words[at];
  const Subcommand* found = find_command(first);
  if (found == nullptr) return &run;
  take(at);
  const std::vector<const Subcommand*> family = family_of(first);
  const std::size_t second = family.empty() ? std::string::npos : reader.first_word(words, at);
  if (second == std::string::npos) return found;
  // Options of a member may stand before its name: which of them have a value, is the member's to say.
  for (const Subcommand* member : second == at ? std::vector<const Subcommand*>() : family) {
    const std::size_t name = Reader(*member).first_word(words, at);
    if (name == std::string::npos || find_command(first + " " + words[name]) != member) continue;
    take(name);
    return member;
  }
  if (const Subcommand* member = find_command(first + " " + words[second])) {
    take(second);
    return member;
  }
  return no_such_member(first, words[second], "dream " + first);
}

}  // namespace

Parsed parse_command_line(int argument_count, const char* const* arguments) {
  Words words(arguments + std::min(1, argument_count), arguments + argument_count);
  const auto separator = std::ranges::find(words, "--");
  Words behind;
  const bool separated = separator != words.end();
  if (separated) behind.assign(separator + 1, words.end());
  words.erase(separator, words.end());

  const Subcommand& run = *find_command("run");
  std::optional<Reader> reader(std::in_place, run);
  const std::size_t before = words.size();
  const Result<const Subcommand*> command = take_command(words, run, *reader);
  if (!command) return command.error();
  if (*command != &run) reader.emplace(**command);
  const bool is_named = words.size() != before;
  reader->options().is_named = is_named;
  if ((*command)->name.starts_with("ctl ") && separated) {
    words.emplace_back("--");  // steps follow, whatever they begin with
    std::ranges::move(behind, std::back_inserter(words));
  } else {
    reader->options().arguments = std::move(behind);
  }
  if (const Result<void> fit = reader->check_values(words, see_help(**command)); !fit) return fit.error();
  try {
    reader->read(words);
  } catch (const CLI::CallForHelp&) {
    return std::variant<Invocation, Answer>(Answer{is_named ? help_of(**command) : general_help()});
  } catch (const CLI::ParseError& error) {
    return explain(*reader, error, **command, words);
  }
  if (const Result<void> fit = reader->definition().check_words((*command)->name, (*command)->takes); !fit)
    return usage_error(fit.error().message, usage_hint(**command));
  if ((*command)->check != nullptr) {
    if (const Result<void> fit = (*command)->check(reader->options()); !fit) return fit.error();
  }
  if (reader->options().version) return std::variant<Invocation, Answer>(Answer{"dream " DREAM_VERSION "\n"});
  return std::variant<Invocation, Answer>(Invocation{*command, std::move(reader->options())});
}

std::vector<OptionWords> option_words(const Subcommand& command) {
  return Reader(command).definition().in_words();
}

std::string options_text(const Subcommand& command) {
  const Reader reader(command);
  std::string text = HelpFormatter().make_groups(&reader.app(), CLI::AppFormatMode::Normal);
  return text.erase(text.find_last_not_of('\n') + 1);
}

}  // namespace dream::cli
