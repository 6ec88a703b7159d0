#include "process/relay.hpp"

#include <algorithm>

namespace dream::process {

namespace {

constexpr std::string_view between_words(" \0", 2);

/// The next word of `text`, which loses it.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(between_words), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(between_words));
  text.remove_prefix(word.size());
  return word;
}

std::string_view program_of(std::string_view word) {
  word.remove_prefix(word.rfind('/') + 1);  // npos + 1 is 0
  return word.substr(0, word.find('.'));
}

bool begins_with(std::string_view command_line, std::string_view relay) {
  for (std::string_view word; !(word = take_word(relay)).empty();) {
    if (program_of(take_word(command_line)) != word) return false;
  }
  return true;
}

}  // namespace

bool is_relay(std::string_view command_line, const std::vector<std::string>& relays) {
  return std::any_of(relays.begin(), relays.end(),
                     [&](const std::string& relay) { return begins_with(command_line, relay); });
}

}  // namespace dream::process
