#include "cli/command_line/definition.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/duration_text.hpp"
#include "base/text.hpp"
#include "cli/since.hpp"

namespace dream::cli {

namespace {

/// An option whose value `parse` makes of a text, or says why not.
template <class Value, class Parse>
void add_parsed(CLI::App& app, const std::string& name, std::optional<Value>& value, const std::string& help,
                const Parse& parse) {
  const auto take = [&value, name, parse](const std::string& text) {
    Result<Value> parsed = parse(text);
    if (!parsed) throw CLI::ValidationError(name, to_string(parsed.error()));
    value = *parsed;
  };
  app.add_option_function<std::string>(name, take, help)->type_name("TIME");
}

/// A whole number in these bounds; CLI11's own words speak of conversions.
CLI::Validator number_in(std::size_t least, std::size_t most) {
  return {[least, most](const std::string& text) {
            std::size_t number = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
            const bool whole = !text.empty() && read.ptr == text.data() + text.size();
            if (whole && read.ec == std::errc() && least <= number && number <= most) return std::string();
            return fmt::format("{} is no whole number from {} to {}", in_quotes(text), least, most);
          },
          ""};
}

}  // namespace

Definition::Definition(CLI::App& app) : app_(app) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void Definition::flag(const std::string& names, bool& value, const std::string& help) {
  app_.add_flag(names, value, help);
}

void Definition::flag(const std::string& names, std::optional<bool>& value, const std::string& help) {
  app_.add_flag_function(
      names, [&value](std::int64_t said) { value = said > 0; }, help);
}

void Definition::text(const std::string& names, const char* called, std::optional<std::string>& value,
                      const std::string& help) {
  app_.add_option_function<std::string>(
          names, [&value](const std::string& text) { value = text; }, help)
      ->type_name(called);
}

void Definition::path(const std::string& names, const char* called,
                      std::optional<std::filesystem::path>& value, const std::string& help) {
  app_.add_option_function<std::string>(
          names, [&value](const std::string& text) { value = text; }, help)
      ->type_name(called);
}

void Definition::list(const std::string& names, const char* called, std::vector<std::string>& values,
                      const std::string& help) {
  app_.add_option(names, values, help)
      ->type_name(called)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void Definition::text_or_nothing(const std::string& names, const char* called, bool& given,
                                 std::optional<std::string>& value, const std::string& help) {
  const auto take = [&given, &value](const std::vector<std::string>& texts) {
    given = true;
    value = texts.empty() || texts.front().empty() ? std::nullopt : std::optional(texts.front());
  };
  app_.add_option_function<std::vector<std::string>>(names, take, help)
      ->expected(0, 1)
      ->allow_extra_args(false)
      ->type_name(called);
}

void Definition::number(const std::string& names, const char* called, std::optional<std::size_t>& value,
                        std::size_t least, std::size_t most, const std::string& help) {
  app_.add_option_function<std::size_t>(
          names, [&value](std::size_t number) { value = number; }, help)
      ->check(number_in(least, most))
      ->option_text(called);
}

void Definition::number(const std::string& names, const char* called, std::size_t& value, std::size_t least,
                        std::size_t most, const std::string& help) {
  app_.add_option(names, value, help)->check(number_in(least, most))->option_text(called);
}

void Definition::time(const std::string& name, std::optional<Duration>& value, const std::string& help) {
  add_parsed(app_, name, value, help, parse_duration);
}

void Definition::moment(const std::string& name, std::optional<std::int64_t>& value,
                        const std::string& help) {
  add_parsed(app_, name, value, help,
             [](const std::string& text) { return parse_since(text, milliseconds_since_1970()); });
}

void Definition::choose(const std::string& names, const char* called, std::vector<std::string> words,
                        const std::string& help, std::function<void(std::size_t)> take) {
  const auto is_one = [words](const std::string& word) {
    const bool known = std::ranges::find(words, word) != words.end();
    return known ? std::string() : in_quotes(word) + " is none of " + join_words(words);
  };
  const auto chosen = [words, take = std::move(take)](const std::string& word) {
    take(static_cast<std::size_t>(std::ranges::find(words, word) - words.begin()));
  };
  CLI::Option* option = app_.add_option_function<std::string>(names, chosen, help);
  option->check(CLI::Validator(is_one, ""))->type_name(called);
  choices_[option->get_name()] = std::move(words);
}

void Definition::words(std::vector<std::string>& values, std::size_t least, std::size_t most) {
  // They are counted below, where the error can say more.
  const auto take = [&values](std::vector<std::string> given) {
    for (std::string& word : given)
      if (word.starts_with(no_list)) word.erase(0, 1);
    values = std::move(given);
  };
  app_.add_option_function<std::vector<std::string>>("words", take)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("");
  words_ = &values;
  least_words_ = least;
  most_words_ = most;
}

std::vector<OptionWords> Definition::in_words() const {
  std::vector<OptionWords> all;
  for (const CLI::Option* option : std::as_const(app_).get_options()) {
    if (option->get_group().empty()) continue;
    OptionWords& words = all.emplace_back();
    for (const std::string& name : option->get_snames()) words.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) words.names.push_back("--" + name);
    const std::string& text = option->get_option_text();
    if (option->get_type_size() > 0) words.value = text.empty() ? option->get_type_name() : text;
    words.help = option->get_description();
    const auto choices = choices_.find(option->get_name());
    if (choices != choices_.end()) words.choices = choices->second;
  }
  return all;
}

Result<void> Definition::check_words(std::string_view command, std::string_view takes) const {
  const std::size_t count = words_ == nullptr ? 0 : words_->size();
  if (count < least_words_)
    return Error{ErrorCode::usage, fmt::format("{} needs {}", command, takes), {}, {}};
  if (count > most_words_)
    return Error{ErrorCode::usage, "unexpected " + in_quotes((*words_)[most_words_]), {}, {}};
  if (count > 0 && std::ranges::find(*words_, "") != words_->end())
    return Error{ErrorCode::usage, fmt::format("{} is given an empty word", command), {}, {}};
  return {};
}

}  // namespace dream::cli
