#pragma once

#include <cstdint>

namespace dream {

inline constexpr char escape_character = '\x1b';

/// Of ASCII.
constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

/// Whether ESC and this begin a string for the terminal (a title, a link, a picture), which goes on until its
/// end: DCS, SOS, OSC, PM, APC.
constexpr bool begins_string(char after_escape) {
  return after_escape == 'P' || after_escape == 'X' || after_escape == ']' || after_escape == '^' ||
         after_escape == '_';
}

/// Tells the text in a stream for a terminal from the escape sequences in it.
class EscapeScanner {
 public:
  /// Whether the next byte is text, or a control character that stands for itself. Such a one breaks a
  /// sequence off.
  [[nodiscard]] bool is_text(char byte);
  /// A sequence has begun and isn't over.
  [[nodiscard]] bool is_within() const noexcept { return within_ != Within::text; }

 private:
  enum class Within : std::uint8_t {
    text,
    escape,         ///< ESC, and what may stand before the last character
    control,        ///< ESC [
    string,         ///< up to BEL, or ESC and a backslash
    string_escape,  ///< so, and an ESC has come
  };
  [[nodiscard]] bool begin(char byte);

  Within within_ = Within::text;
};

}  // namespace dream
