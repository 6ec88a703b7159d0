#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dream::cli {

/// No limit of words.
inline constexpr std::size_t any_number = static_cast<std::size_t>(-1);

/// One option, in words.
struct OptionWords {
  std::vector<std::string> names;    ///< with their dashes, the short one first
  std::string value;                 ///< what its value is called; empty: it takes none
  std::string help;                  ///< what it does
  std::vector<std::string> choices;  ///< all values that it takes; empty: any
};

/// The options and words of one command, on a subcommand of CLI11. Where an option is there several times the
/// last one wins, so that an alias can be overridden; lists take all. What a value is called says what
/// completion offers for it: DIR, FILE, PROJECT, STEP, RUN.
class Definition {
 public:
  /// The subcommand must outlive it.
  explicit Definition(CLI::App& app);

  void flag(const std::string& names, bool& value, const std::string& help);
  /// Names with `!` say no: "-r,--recursive,!--no-recursive".
  void flag(const std::string& names, std::optional<bool>& value, const std::string& help);
  void text(const std::string& names, const char* called, std::optional<std::string>& value,
            const std::string& help);
  void path(const std::string& names, const char* called, std::optional<std::filesystem::path>& value,
            const std::string& help);
  void list(const std::string& names, const char* called, std::vector<std::string>& values,
            const std::string& help);
  /// Its value may be left out.
  void text_or_nothing(const std::string& names, const char* called, bool& given,
                       std::optional<std::string>& value, const std::string& help);
  void number(const std::string& names, const char* called, std::optional<std::size_t>& value,
              std::size_t least, std::size_t most, const std::string& help);
  void number(const std::string& names, const char* called, std::size_t& value, std::size_t least,
              std::size_t most, const std::string& help);
  void time(const std::string& name, std::optional<Duration>& value, const std::string& help);
  /// How long ago, or a local time; in ms since 1970.
  void moment(const std::string& name, std::optional<std::int64_t>& value, const std::string& help);
  template <class Value>
  void choice(const std::string& names, const char* called, Value& value, const std::string& help,
              const std::map<std::string, Value>& values) {
    std::vector<std::string> words;
    std::vector<Value> meant;
    for (const auto& [word, meaning] : values) {
      words.push_back(word);
      meant.push_back(meaning);
    }
    choose(names, called, std::move(words), help,
           [&value, meant = std::move(meant)](std::size_t chosen) { value = meant[chosen]; });
  }
  /// The words that aren't options.
  void words(std::vector<std::string>& values, std::size_t least, std::size_t most);
  [[nodiscard]] bool has_words() const { return words_ != nullptr; }
  /// Stands before a word like "[a,b]", which is a list to CLI11. No word of a command line holds it.
  static constexpr char no_list = '\0';

  /// What the definition says, in words.
  [[nodiscard]] std::vector<OptionWords> in_words() const;
  /// Whether `command` has as many words as it wants; the Error says what is missing, too much or empty.
  [[nodiscard]] Result<void> check_words(std::string_view command, std::string_view takes) const;

 private:
  void choose(const std::string& names, const char* called, std::vector<std::string> words,
              const std::string& help, std::function<void(std::size_t)> take);

  CLI::App& app_;
  std::map<std::string, std::vector<std::string>> choices_;  ///< by the option's name
  std::vector<std::string>* words_ = nullptr;
  std::size_t least_words_ = 0;
  std::size_t most_words_ = 0;
};

}  // namespace dream::cli
