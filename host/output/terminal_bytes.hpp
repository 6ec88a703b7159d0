#pragma once

#include <string>
#include <string_view>

#include "base/escape_scanner.hpp"

/// Sorts of bytes in a stream for a terminal.
namespace dream::output {

/// To the other of two character sets, and back.
inline constexpr char shift_out = '\x0e';
inline constexpr char shift_in = '\x0f';

constexpr bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

constexpr bool is_printable_ascii(char c) {
  return c >= ' ' && c <= '~';
}

/// Takes the first of the parameters of a control sequence, "1049;25", which aren't empty.
constexpr std::string_view take_parameter(std::string_view& parameters) {
  const std::string_view first = parameters.substr(0, parameters.find(';'));
  parameters.remove_prefix(first.size() < parameters.size() ? first.size() + 1 : first.size());
  return first;
}

/// The text as it can be shown anywhere: without escape sequences, and without control characters but those
/// of lines, tabs and backspaces.
[[nodiscard]] std::string without_sequences(std::string_view bytes);

}  // namespace dream::output
