#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dream::output {

/// The colours and attributes that a terminal has been told to write in (`ESC [ … m`): all that can be told
/// of in one line, and nothing that a line could not take back.
class TextStyle {
 public:
  /// A sequence came; `parameters` are those between `[` and `m`. What isn't known is left out.
  void apply(std::string_view parameters);
  [[nodiscard]] bool plain() const noexcept { return *this == TextStyle(); }
  /// What brings a plain terminal into this style; empty for the plain one.
  [[nodiscard]] std::string sequence() const;
  /// What brings a terminal from `before` into this style.
  [[nodiscard]] std::string sequence_after(const TextStyle& before) const;
  /// The style of a space that was made by erasing: the background alone.
  [[nodiscard]] TextStyle erased() const;

  bool operator==(const TextStyle&) const = default;

 private:
  friend class StyleReader;

  /// 0, or what stands above the colour's number or its red, green and blue.
  enum class Palette : std::uint32_t { basic = 1U << 24U, indexed = 2U << 24U, direct = 3U << 24U };

  void append_parameters(std::string& out) const;

  std::uint32_t foreground_ = 0;
  std::uint32_t background_ = 0;
  std::uint32_t underline_colour_ = 0;
  std::uint16_t attributes_ = 0;  ///< a bit for each parameter from 1 to 9, and 53 (overlined) as 10
  std::uint8_t underline_ = 0;    ///< the sort: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed
};

}  // namespace dream::output
