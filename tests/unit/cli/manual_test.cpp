#include "cli/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <variant>

#include "cli/command_words.hpp"

/// `--help`, the manual page and the reference say the same.
namespace dream::cli {
namespace {

using testing::HasSubstr;

std::string help() {
  const std::vector<const char*> words{"dream", "--help"};
  return std::get<Answer>(*parse_options(2, words.data())).text;
}

/// Without what only formats: troff's escapes, Markdown's marks, line breaks.
std::string plain(std::string text) {
  for (const char* mark : {"\\fB", "\\fR", "\\", "`"}) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;)
      text.erase(at, std::string(mark).size());
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

TEST(Manual, has_every_word_that_help_has) {
  for (const std::string& text : {plain(help()), plain(manual_page()), plain(command_reference())}) {
    for (const CommandWords& command : command_words()) {
      EXPECT_THAT(text, HasSubstr(command.usage));
      EXPECT_THAT(text, HasSubstr(plain(command.help)));
    }
    for (const OptionWords& option : option_words()) {
      for (const std::string& name : option.names) EXPECT_THAT(text, HasSubstr(name));
      EXPECT_THAT(text, HasSubstr(option.help));
      EXPECT_THAT(text, HasSubstr(option.names.back() + (option.value.empty() ? "" : " " + option.value)));
    }
    for (const ExitWords& code : exit_words()) EXPECT_THAT(text, HasSubstr(code.meaning));
  }
}

TEST(Manual, is_of_this_version) {
  EXPECT_THAT(manual_page(), HasSubstr("\"dream " DREAM_VERSION "\""));
}

TEST(Manual, every_line_of_the_page_is_text_or_a_request_that_it_means) {
  std::string line;
  std::istringstream lines(manual_page());
  while (std::getline(lines, line)) {
    ASSERT_FALSE(line.empty()) << "troff makes space of it";
    EXPECT_THAT(line, testing::MatchesRegex("(\\.(TH|SH|TP|nf|fi|I)( .*)?|[^.'].*)"));
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
