#include "base/shell_quote.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "base/text.hpp"

namespace dream {
namespace {

/// What `shell` makes of a line.
std::string output_of(const std::string& shell, const std::string& line) {
  const std::string command = shell + " -c " + shell_quoted("LC_ALL=C.UTF-8; printf %s " + line);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 1024> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), count);
  return text;
}

TEST(ShellQuoted, leaves_a_plain_word_as_it_is) {
  EXPECT_EQ(shell_quoted("/home/me/lib-1.0/a_b.so"), "/home/me/lib-1.0/a_b.so");
  EXPECT_EQ(shell_quoted("my plugins"), "'my plugins'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(ShellQuoted, is_printable) {
  EXPECT_EQ(shell_quoted("a\x1b[2J'\xE2\x80\xAE\xFFé"), R"($'a\x1b[2J\'\xe2\x80\xae\xffé')");
}

TEST(ShellQuoted, is_one_word_for_a_shell_whatever_is_in_it) {
  for (const std::string word : {"my plugins",
                                 "a;id>x;b",
                                 "$(id)",
                                 "`id`",
                                 "it's",
                                 "\"",
                                 "!!",
                                 "a!b",
                                 "~",
                                 "~root",
                                 "=ls",
                                 "*",
                                 "[a]",
                                 "{a,b}",
                                 "#",
                                 "back\\slash",
                                 "größe",
                                 "&",
                                 "|",
                                 "<",
                                 "new\nline",
                                 "tab\t",
                                 "\x1b]0;x\x07",
                                 "\xff'",
                                 "\xE2\x80\xAE",
                                 "$'x'",
                                 "a=b",
                                 "%1",
                                 "^a^b",
                                 "-"}) {
    const bool any_shell = is_printable(word);
    EXPECT_EQ(output_of("bash", shell_quoted(word)), word);
    EXPECT_EQ(output_of("zsh -f", shell_quoted(word)), word);
    if (any_shell) {
      EXPECT_EQ(output_of("sh", shell_quoted(word)), word);
    }
  }
}

}  // namespace
}  // namespace dream
