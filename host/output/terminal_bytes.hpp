#pragma once

/// Sorts of bytes in a stream for a terminal.
namespace dream::output {

constexpr char escape_character = '\x1b';

constexpr bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// Of ASCII.
constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

constexpr bool is_printable_ascii(char c) {
  return c >= ' ' && c <= '~';
}

}  // namespace dream::output
