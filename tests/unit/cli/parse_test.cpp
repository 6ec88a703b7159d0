#include "cli/command_line/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.hpp"

namespace dream::cli {
namespace {

using ::testing::HasSubstr;

/// Why a command line is refused: "" where it isn't.
std::string refusal_of(const std::vector<std::string>& words) {
  std::vector<const char*> all{"dream"};
  for (const std::string& word : words) all.push_back(word.c_str());
  const auto parsed = parse_command_line(static_cast<int>(all.size()), all.data());
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, ErrorCode::usage);
  return to_string(parsed.error());
}

/// A command by name, with further words.
std::vector<std::string> line(const Subcommand& command, const std::vector<std::string>& further) {
  std::vector<std::string> words;
  std::istringstream name{std::string(command.name)};
  for (std::string word; name >> word;) words.push_back(word);
  words.insert(words.end(), further.begin(), further.end());
  return words;
}

/// An empty value comes from a variable that isn't set: with none at all, another run or base would be meant.
TEST(ParseCommandLine, no_option_of_any_command_takes_an_empty_value) {
  for (const Subcommand* command : all_commands()) {
    for (const OptionWords& option : option_words(*command)) {
      if (option.value.empty()) continue;
      for (const std::string& name : option.names) {
        const std::string refused = "the value of " + name + " is empty";
        EXPECT_THAT(refusal_of(line(*command, {name, ""})), HasSubstr(refused)) << command->name;
        if (!name.starts_with("--")) continue;
        EXPECT_THAT(refusal_of(line(*command, {name + "="})), HasSubstr(refused)) << command->name;
        EXPECT_THAT(refusal_of(line(*command, {name + "=", "word"})), HasSubstr(refused)) << command->name;
      }
    }
  }
}

TEST(ParseCommandLine, no_command_takes_an_empty_word) {
  for (const Subcommand* command : all_commands())
    EXPECT_NE(refusal_of(line(*command, {""})), "") << command->name;
  EXPECT_THAT(refusal_of({"ctl", "show", ""}), HasSubstr("ctl show is given an empty word"));
  EXPECT_THAT(refusal_of({"ctl", "logs", "--", "./a:b", ""}), HasSubstr("ctl logs is given an empty word"));
  EXPECT_THAT(refusal_of({""}), HasSubstr("run is given an empty word"));
  EXPECT_EQ(refusal_of({"dev", "--", ""}), "") << "the task's";
}

TEST(ParseCommandLine, no_flag_takes_a_value) {
  for (const Subcommand* command : all_commands()) {
    for (const OptionWords& option : option_words(*command)) {
      if (!option.value.empty()) continue;
      for (const std::string& name : option.names) {
        if (!name.starts_with("--")) continue;
        for (const std::string value : {"", "0", "5", "true", "false"})
          EXPECT_THAT(refusal_of(line(*command, {name + "=" + value})), HasSubstr(name + " takes no value"))
              << command->name;
      }
    }
  }
}

TEST(ParseCommandLine, what_has_a_value_has_the_next_word_only_as_before) {
  EXPECT_EQ(refusal_of({"ctl", "down", "--run", "5f"}), "");
  EXPECT_EQ(refusal_of({"ctl", "down", "--run=5f"}), "");
  EXPECT_EQ(refusal_of({"dev", "--affected"}), "");
  EXPECT_EQ(refusal_of({"dev", "--affected=a=b"}), "");
  EXPECT_EQ(refusal_of({"dev", "--affected", "main"}), "");
  EXPECT_EQ(refusal_of({"dev", "-kp", "./a"}), "");
  EXPECT_EQ(refusal_of({"dev", "-p", "--all="}), "") << "the value of -p";
  EXPECT_THAT(refusal_of({"dev", "-kp", ""}), HasSubstr("the value of -kp is empty"));
}

TEST(ParseCommandLine, a_word_in_brackets_is_one_word) {
  using Words = std::vector<std::string>;
  const auto tasks_of = [](const Words& words) {
    std::vector<const char*> line{"dream"};
    for (const std::string& word : words) line.push_back(word.c_str());
    const auto parsed = parse_command_line(static_cast<int>(line.size()), line.data());
    return parsed ? std::get<Invocation>(*parsed).options.tasks : Words{parsed.error().message};
  };
  EXPECT_EQ(tasks_of({"[a,b]"}), (Words{"[a,b]"}));
  EXPECT_EQ(tasks_of({"run", "-p", "[ab]", "[x]", "[]"}), (Words{"[x]", "[]"}));
  EXPECT_EQ(tasks_of({"run", "lint", "--affected", "[a]"}), (Words{"lint"}));
}

}  // namespace
}  // namespace dream::cli
