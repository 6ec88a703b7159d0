#include "cli/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <variant>

#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/commands/commands.hpp"

/// `--help`, the manual page and the reference say the same.
namespace dream::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Without what only formats: troff's escapes, Markdown's marks, line breaks.
std::string plain(std::string text) {
  for (const char* mark : {"\\fB", "\\fR", "\\", "`"}) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;)
      text.erase(at, std::string(mark).size());
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

TEST(Manual, has_every_word_of_every_command) {
  for (const std::string& text : {plain(manual_page()), plain(command_reference())}) {
    for (const Subcommand* command : all_commands()) {
      EXPECT_THAT(text, HasSubstr(usage_of(*command)));
      EXPECT_THAT(text, HasSubstr(plain(std::string(command->help))));
      for (const OptionWords& option : option_words(*command)) {
        EXPECT_THAT(text, HasSubstr(plain(option.help)));
        EXPECT_THAT(text, HasSubstr(option.names.back() + (option.value.empty() ? "" : " " + option.value)));
      }
    }
    for (const ExitWords& code : exit_words()) EXPECT_THAT(text, HasSubstr(code.meaning));
  }
}

TEST(Help, has_the_options_and_two_examples_of_each_command_which_they_keep_to) {
  for (const Subcommand* command : all_commands()) {
    const std::string text = help_of(*command);
    for (const std::string_view example : command->examples) {
      EXPECT_THAT(text, HasSubstr(example));
      EXPECT_THAT(std::string(example), HasSubstr("dream"));
    }
    if (!family_of(command->name).empty()) continue;
    EXPECT_THAT(text, HasSubstr("Usage: dream " + usage_of(*command)));
    for (const OptionWords& option : option_words(*command))
      EXPECT_THAT(text, HasSubstr(option.help.substr(0, 40)));
  }
}

TEST(Help, of_a_family_and_of_all_lists_the_commands) {
  EXPECT_THAT(help_of(ctl_command), AllOf(HasSubstr("ctl why STEP"), Not(HasSubstr("--directory"))));
  EXPECT_THAT(general_help(),
              AllOf(HasSubstr("Usage: dream TASK"), HasSubstr("--recursive"), HasSubstr("Exit codes"),
                    HasSubstr("help [COMMAND]"), Not(HasSubstr("ctl why"))));
}

TEST(Help, and_the_manual_end_with_the_place_of_the_documents) {
  for (const std::string& text : {general_help(), plain(manual_page())})
    EXPECT_THAT(text.substr(text.size() - 240), HasSubstr(documents_place));
}

TEST(Manual, is_of_this_version) {
  EXPECT_THAT(manual_page(), HasSubstr("\"dream " DREAM_VERSION "\""));
}

TEST(Manual, every_line_of_the_page_is_text_or_a_request_that_it_means) {
  std::string line;
  std::istringstream lines(manual_page());
  while (std::getline(lines, line)) {
    ASSERT_FALSE(line.empty()) << "troff makes space of it";
    EXPECT_THAT(line, testing::MatchesRegex("(\\.(TH|SH|TP|RS|RE|nf|fi|I)( .*)?|[^.'].*)"));
  }
}

TEST(Manual, the_reference_in_the_documents_is_the_one_that_is_made) {
  std::ifstream stream(DREAM_REFERENCE, std::ios::binary);
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(document, HasSubstr("\n## The command line\n"));
  EXPECT_THAT(document, HasSubstr("\n" + command_reference()))
      << "put in what `dream_manual reference` prints";
}

}  // namespace
}  // namespace dream::cli
