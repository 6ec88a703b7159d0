#include "process/relay.hpp"

#include <gtest/gtest.h>

namespace dream::process {
namespace {

const std::vector<std::string> relays{"npm", "node yarn", "deno task"};

/// A command line as /proc has it, from words that end with a `|`.
std::string line(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

TEST(Relay, is_known_by_the_first_words_of_its_command_line) {
  EXPECT_TRUE(is_relay(line("npm|run|dev|"), relays));
  EXPECT_TRUE(is_relay(line("deno|task|dev|"), relays));
  EXPECT_TRUE(is_relay(line("npm|"), relays));
  EXPECT_FALSE(is_relay(line("deno|run|task|"), relays));
  EXPECT_FALSE(is_relay(line("deno|"), relays));
  EXPECT_FALSE(is_relay(line("node|server.js|"), relays));
  EXPECT_FALSE(is_relay(line("sh|-c|npm run dev|"), relays));
  EXPECT_FALSE(is_relay(line("grep|npm|"), relays));
}

TEST(Relay, is_known_in_any_folder_and_with_any_extension) {
  EXPECT_TRUE(is_relay(line("/usr/bin/npm|run|"), relays));
  EXPECT_TRUE(is_relay(line("/usr/bin/node|/opt/yarn.js|dev|"), relays));
  EXPECT_TRUE(is_relay(line("/home/a.b/bin/deno|task|"), relays));
  EXPECT_FALSE(is_relay(line("/opt/npm/server|"), relays));
  EXPECT_FALSE(is_relay(line("npm-watch|"), relays));
}

TEST(Relay, is_known_by_the_title_that_it_gave_itself) {
  EXPECT_TRUE(is_relay(line("npm run dev|||||"), relays));
  EXPECT_FALSE(is_relay(line("npms run dev|||||"), relays));
}

TEST(Relay, is_nothing_without_a_command_line_or_without_relays) {
  EXPECT_FALSE(is_relay("", relays));
  EXPECT_FALSE(is_relay(line("|"), relays));
  EXPECT_FALSE(is_relay(line("npm|"), {}));
}

}  // namespace
}  // namespace dream::process
