/// libm would be loaded at every start for this one function, which {fmt} calls where it writes fractions:
/// that takes longer than reading a configuration.

#include <cmath>
#include <cstdint>

extern "C" double ceil(double number) noexcept {
  constexpr double all_are_whole = 0x1p52;
  if (!(std::fabs(number) < all_are_whole)) return number;  // infinity and not-a-number, too
  const auto whole = static_cast<double>(static_cast<std::int64_t>(number));
  return std::copysign(whole < number ? whole + 1 : whole, number);
}
