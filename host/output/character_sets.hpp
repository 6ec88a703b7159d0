#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace dream::output {

/// What a terminal takes ASCII for: two sets are named (`ESC ( 0`, `ESC ) B`), and a shift chooses one of
/// them.
class CharacterSets {
 public:
  /// A sequence of three characters came.
  void apply(std::string_view sequence) {
    const bool first = sequence[1] == '(';
    if (first || sequence[1] == ')') drawing_[first ? 0 : 1] = sequence[2] == '0';
  }
  /// To the second set (SO), or back to the first (SI).
  void shift(bool out) { chosen_ = out ? 1 : 0; }

  /// Letters are pieces of lines.
  [[nodiscard]] bool draws() const noexcept { return drawing_[chosen_]; }

 private:
  std::array<bool, 2> drawing_{};
  unsigned chosen_ = 0;
};

/// What an ASCII character is in DEC's set for line drawing.
[[nodiscard]] constexpr char32_t drawn(char c) {
  constexpr char first = '_';
  constexpr std::u32string_view pieces = U" ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
  return c < first || c > '~' ? static_cast<char32_t>(c) : pieces[static_cast<std::size_t>(c - first)];
}

}  // namespace dream::output
