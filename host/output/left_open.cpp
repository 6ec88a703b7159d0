#include "output/left_open.hpp"

#include <algorithm>
#include <utility>

namespace dream::output {

namespace {

/// Longer ones are neither a style nor the begin of a link, which tells whether it has an address.
constexpr std::size_t most_of_a_sequence = 256;
constexpr std::string_view string_end = "\x1b\\";

}  // namespace

void LeftOpen::follow(std::string_view bytes) {
  while (!bytes.empty()) {
    if (sequence_.empty()) bytes.remove_prefix(std::min(bytes.find(escape_character), bytes.size()));
    if (bytes.empty()) return;
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    const bool is_new = std::exchange(before_, byte) == escape_character && byte != '\\';
    const bool goes_on = sequence_.starts_with("\x1b]") && !is_new;
    if (scanner_.is_text(byte)) {
      sequence_.clear();  // broken off
    } else {
      if (is_new) sequence_ = escape_character;
      if (byte == escape_character && !goes_on) sequence_.clear();
      if (sequence_.size() < most_of_a_sequence) sequence_ += byte;
    }
    if (!sequence_.empty() && !scanner_.is_within()) apply();
  }
}

std::string LeftOpen::take_end() {
  std::string end;
  if (scanner_.is_within()) end += string_end;
  follow(end);
  if (std::exchange(has_link_, false)) end += "\x1b]8;;\x1b\\";
  if (!std::exchange(style_, {}).plain()) end += "\x1b[0m";
  return end;
}

/// A sequence is whole.
void LeftOpen::apply() {
  const std::string_view whole = sequence_;
  if (whole.starts_with("\x1b[") && whole.ends_with('m')) {
    const std::string_view parameters = whole.substr(2, whole.size() - 3);
    if (parameters.find_first_not_of("0123456789;:") == std::string_view::npos) style_.apply(parameters);
  } else if (whole.starts_with("\x1b]8;")) {
    const std::size_t address = whole.find(';', 4) + 1;
    has_link_ = address != 0 && address < whole.size() && whole[address] != '\a' && whole[address] != '\x1b';
  } else if (whole ==
             "\x1b"
             "c") {
    has_link_ = false;
    style_ = {};
  }
  sequence_.clear();
}

}  // namespace dream::output
