#include "cli/completion/completion.hpp"

#include <algorithm>

namespace dream::cli {

namespace {

/// Walks over the words in front and then knows what the last one is.
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
      words_.push_back(word);
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
    return words();
  }

 private:
  [[nodiscard]] const OptionWords* find(const std::string& name) const {
    const auto found = std::ranges::find_if(options_, [&](const OptionWords& option) {
      return std::ranges::find(option.names, name) != option.names.end();
    });
    return found == options_.end() ? nullptr : &*found;
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
    if (option.value == "PATH") found = source_.projects(place_);
    for (const std::string& choice : option.choices) found.push_back({choice, {}});
    for (Candidate& one : found) one.word.insert(0, front);
    return found;
  }

  [[nodiscard]] std::vector<Candidate> options() const {
    std::vector<Candidate> found;
    for (const OptionWords& option : options_) {
      for (const std::string& name : option.names) found.push_back({name, option.help});
    }
    return found;
  }

  [[nodiscard]] std::vector<Candidate> words() const {
    if (words_.empty()) {
      std::vector<Candidate> found = source_.tasks(place_);
      for (const CommandWords& command : command_words()) found.push_back({command.name, command.help});
      return found;
    }
    const CommandWords* command = find_command(words_.front());
    if (command == nullptr) return {};
    std::vector<Candidate> found;
    if (words_.size() == 1) {
      if (command->takes_task) found = source_.tasks(place_);
      if (command->command == CommandName::trust) found.push_back({folders_mark, {}});
      for (const std::string& word : command->words) found.push_back({word, {}});
    } else if (command->command == CommandName::plugin && words_.size() == 2) {
      if (words_[1] == "info" || words_[1] == "check") found = source_.executors(place_);
      if (words_[1] == "check" || words_[1] == "trust") found.push_back({files_mark, {}});
    }
    return found;
  }

  const CompletionSource& source_;
  const std::vector<OptionWords> options_ = option_words();
  const OptionWords* pending_ = nullptr;  ///< its value is the next word
  bool behind_dashes_ = false;
  std::vector<std::string> words_;
  CompletionPlace place_;
};

}  // namespace

std::vector<Candidate> complete_words(std::span<const std::string> words, const CompletionSource& source) {
  if (words.empty()) return {};
  Completion completion(source);
  for (const std::string& word : words.first(words.size() - 1)) completion.pass(word);
  std::vector<Candidate> found = completion.complete(words.back());
  std::erase_if(found, [&](const Candidate& one) {
    return one.word != folders_mark && one.word != files_mark && !one.word.starts_with(words.back());
  });
  return found;
}

}  // namespace dream::cli
