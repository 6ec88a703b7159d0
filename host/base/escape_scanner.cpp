#include "base/escape_scanner.hpp"

namespace dream {

namespace {

constexpr char bell = '\x07';

bool is_between(char c, char first, char last) {
  return c >= first && c <= last;
}

}  // namespace

/// Of what may be the begin of a sequence.
bool EscapeScanner::begin(char byte) {
  within_ = byte == escape_character ? Within::escape : Within::text;
  return within_ == Within::text;
}

bool EscapeScanner::is_text(char byte) {
  switch (within_) {
    case Within::text:
      return begin(byte);
    case Within::escape:
      if (is_control(byte)) return begin(byte);
      if (begins_string(byte))
        within_ = Within::string;
      else if (byte == '[')
        within_ = Within::control;
      else if (!is_between(byte, ' ', '/'))
        within_ = Within::text;
      return false;
    case Within::control:
      if (is_control(byte)) return begin(byte);
      if (!is_between(byte, ' ', '?')) within_ = Within::text;
      return false;
    case Within::string:
      if (byte == bell) within_ = Within::text;
      if (byte == escape_character) within_ = Within::string_escape;
      if (byte == bell || byte == escape_character || !is_control(byte)) return false;
      return begin(byte);
    case Within::string_escape:
      within_ = Within::escape;
      if (byte != '\\') return is_text(byte);
      within_ = Within::text;
      return false;
  }
  return false;
}

}  // namespace dream
