#include "cli/completion/completion.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/command_line/parse.hpp"

namespace dream::cli {

namespace {

/// Walks over the words in front and then knows what the last one is. Until they name a command the options
/// are those of `dream TASK`.
class Completion {
 public:
  explicit Completion(const CompletionSource& source) : source_(source) {}

  void pass(const std::string& word) {
    if (behind_dashes_) return;
    if (pending_ != nullptr) {
      take_value(*pending_, word);
      pending_ = nullptr;
    } else if (word == "--") {
      behind_dashes_ = true;
    } else if (word.starts_with("-") && word != "-") {
      pass_option(word);
    } else {
      pass_word(word);
    }
  }

  [[nodiscard]] std::vector<Candidate> complete(const std::string& last) const {
    if (behind_dashes_) return {{files_mark, {}}};
    if (pending_ != nullptr) return values(*pending_, "");
    const std::size_t equals = last.find('=');
    if (last.starts_with("--") && equals != std::string::npos) {
      const OptionWords* option = find(last.substr(0, equals));
      return option == nullptr ? std::vector<Candidate>() : values(*option, last.substr(0, equals + 1));
    }
    if (last.starts_with("-")) return options();
    if (!is_named_ && command_ == nullptr) return first_words();
    return command_ == nullptr ? std::vector<Candidate>() : following();
  }

 private:
  [[nodiscard]] const OptionWords* find(const std::string& name) const {
    const auto found = std::ranges::find_if(options_, [&](const OptionWords& option) {
      return std::ranges::find(option.names, name) != option.names.end();
    });
    return found == options_.end() ? nullptr : &*found;
  }

  /// The name of a command, of one of a family, or something that it takes.
  void pass_word(const std::string& word) {
    const Subcommand* named = nullptr;
    if (!is_named_) named = find_command(word);
    if (is_named_ && command_ != nullptr && words_ == 0)
      named = find_command(std::string(command_->name) + " " + word);
    is_named_ = true;
    if (named == nullptr) {
      const bool asks_help = command_ != nullptr && command_->name == "help";
      members_ = asks_help && words_ == 0 ? family_of(word) : std::vector<const Subcommand*>();
      ++words_;
      return;
    }
    command_ = named;
    members_ = family_of(named->name);
    options_ = option_words(*named);
  }

  /// "--output", "--output=raw", "-o", "-oraw"; of several flags in one word the last may take a value:
  /// "-nro".
  void pass_option(const std::string& word) {
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (equals != std::string::npos) {
      if (const OptionWords* option = find(word.substr(0, equals)))
        take_value(*option, word.substr(equals + 1));
      return;
    }
    if (word.starts_with("--")) {
      const OptionWords* option = find(word);
      if (option != nullptr && !option->value.empty()) pending_ = option;
      return;
    }
    for (std::size_t at = 1; at < word.size(); ++at) {
      const OptionWords* option = find(std::string("-") + word[at]);
      if (option == nullptr || option->value.empty()) continue;
      if (at + 1 == word.size()) {
        pending_ = option;
      } else {
        take_value(*option, word.substr(at + 1));
      }
      return;
    }
  }

  void take_value(const OptionWords& option, const std::string& value) {
    if (option.names.back() == "--directory") place_.directory = value;
    if (option.names.back() == "--project") place_.project = value;
  }

  /// `front` stands before each value in the same word: "--output=".
  [[nodiscard]] std::vector<Candidate> values(const OptionWords& option, const std::string& front) const {
    if (option.value == "DIR") return {{folders_mark, {}}};
    if (option.value == "FILE") return {{files_mark, {}}};
    std::vector<Candidate> found;
    if (option.value == "PROJECT") found = source_.projects(place_);
    if (option.value == "RUN") found = runs();
    for (const std::string& choice : option.choices) found.push_back({choice, {}});
    for (Candidate& one : found) one.word.insert(0, front);
    return found;
  }

  /// Of --run. What a run has written can be had when it is over, too, if it was recorded.
  [[nodiscard]] std::vector<Candidate> runs() const {
    std::vector<Candidate> found = source_.runs(place_);
    if (command_ == nullptr || command_->name != "ctl logs") return found;
    for (Candidate& one : source_.records(place_))
      if (std::ranges::find(found, one.word, &Candidate::word) == found.end())
        found.push_back(std::move(one));
    return found;
  }

  [[nodiscard]] std::vector<Candidate> options() const {
    std::vector<Candidate> found;
    for (const OptionWords& option : options_) {
      for (const std::string& name : option.names) found.push_back({name, option.help});
    }
    return found;
  }

  [[nodiscard]] std::vector<Candidate> first_words() const {
    std::vector<Candidate> found = source_.tasks(place_);
    std::ranges::move(commands(), std::back_inserter(found));
    return found;
  }

  /// Without those of families.
  [[nodiscard]] static std::vector<Candidate> commands() {
    std::vector<Candidate> found;
    for (const Subcommand* command : all_commands()) {
      if (command->name.find(' ') == std::string_view::npos)
        found.push_back({std::string(command->name), std::string(command->help)});
    }
    return found;
  }

  /// What its usage names: "TASK…", "[STEP…]", "ID|FILE", "bash|zsh|fish", "NAME [DIR]".
  [[nodiscard]] std::vector<Candidate> following() const {
    std::vector<Candidate> found;
    for (const Subcommand* member : members_) {
      const std::string_view word = member->name.substr(member->name.find(' ') + 1);
      found.push_back({std::string(word), std::string(member->help)});
    }
    if (!found.empty()) return found;
    std::string_view takes = command_->takes;
    const bool many = takes.find("…") != std::string_view::npos;
    for (std::size_t at = 0; at < words_ && !many; ++at)
      takes.remove_prefix(std::min(takes.find(' '), takes.size() - 1) + 1);
    takes = takes.substr(0, takes.find(' '));
    if (takes.starts_with('[')) takes.remove_prefix(1);
    takes = takes.substr(0, std::min(takes.find("…"), takes.find(']')));
    while (!takes.empty()) {
      const std::size_t end = std::min(takes.find('|'), takes.size());
      add_meant(takes.substr(0, end), found);
      takes.remove_prefix(std::min(end + 1, takes.size()));
    }
    return found;
  }

  void add_meant(std::string_view word, std::vector<Candidate>& found) const {
    const auto add = [&](std::vector<Candidate> more) { std::ranges::move(more, std::back_inserter(found)); };
    if (word == "TASK") add(source_.tasks(place_));
    if (word == "STEP") add(source_.steps(place_));
    if (word == "RUN") add(source_.records(place_));
    if (word == "ID") add(source_.executors(place_));
    if (word == "DIR") add({{folders_mark, {}}});
    if (word == "FILE") add({{files_mark, {}}});
    if (word == "COMMAND") add(commands());
    if (std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; }))
      add({{std::string(word), {}}});
  }

  const CompletionSource& source_;
  std::vector<OptionWords> options_ = option_words(*find_command("run"));
  const OptionWords* pending_ = nullptr;  ///< its value is the next word
  bool behind_dashes_ = false;
  bool is_named_ = false;                   ///< the first word was there
  const Subcommand* command_ = nullptr;     ///< that it named; null: it was a task
  std::size_t words_ = 0;                   ///< behind the command
  std::vector<const Subcommand*> members_;  ///< of the family that is named, which the next word may be
  CompletionPlace place_;
};

}  // namespace

std::vector<Candidate> complete_words(std::span<const std::string> words, const CompletionSource& source) {
  if (words.empty()) return {};
  Completion completion(source);
  for (const std::string& word : words.first(words.size() - 1)) completion.pass(word);
  std::vector<Candidate> found = completion.complete(words.back());
  const auto is_mark = [](const Candidate& one) {
    return one.word == folders_mark || one.word == files_mark;
  };
  std::erase_if(found,
                [&](const Candidate& one) { return !is_mark(one) && !one.word.starts_with(words.back()); });
  // A mark stands alone: the shell completes either words or files.
  if (!std::ranges::all_of(found, is_mark)) std::erase_if(found, is_mark);
  return found;
}

}  // namespace dream::cli
