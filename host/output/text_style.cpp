#include "output/text_style.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace dream::output {

namespace {

constexpr unsigned overlined_bit = 10;
constexpr unsigned last_attribute = 10;

/// The next number of a list, and off it; nothing where there is none.
std::optional<unsigned> take_number(std::string_view& list, char separator) {
  if (list.empty()) return std::nullopt;
  const std::size_t end = list.find(separator);
  const std::string_view text = list.substr(0, end);
  list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  if (text.empty()) return std::nullopt;
  unsigned value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr unsigned bits(std::initializer_list<unsigned> attributes) {
  unsigned all = 0;
  for (const unsigned attribute : attributes) all |= 1U << attribute;
  return all;
}

/// The attributes that a parameter from 22 to 29 takes back.
constexpr unsigned taken_back_by(unsigned parameter) {
  switch (parameter) {
    case 22:
      return bits({1, 2});
    case 25:
      return bits({5, 6});
    default:
      return 1U << (parameter - 20);
  }
}

}  // namespace

/// Applies parameters one by one; a colour may take several. Each ends with a semicolon.
class StyleReader {
 public:
  StyleReader(TextStyle& style, std::string_view rest) : style_(style), rest_(rest) {}

  void apply_all() {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find(';');
      std::string_view parameter = rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      const bool empty = parameter.empty();
      const std::optional<unsigned> number = take_number(parameter, ':');
      if (number || empty) apply(number.value_or(0), parameter);
    }
  }

 private:
  using Palette = TextStyle::Palette;

  /// `details` are those behind colons.
  void apply(unsigned number, std::string_view details) {
    const auto within = [number](unsigned least, unsigned most) { return number >= least && number <= most; };
    if (number == 0) {
      style_ = TextStyle();
    } else if (number == 4 || number == 21) {
      const unsigned sort = number == 21 ? 2 : take_number(details, ':').value_or(1);
      if (sort <= 5) style_.underline_ = static_cast<std::uint8_t>(sort);
    } else if (number == 24) {
      style_.underline_ = 0;
    } else if (within(1, 9)) {
      set_attribute(number);
    } else if (within(22, 29) && number != 26) {
      style_.attributes_ &= static_cast<std::uint16_t>(~taken_back_by(number));
    } else if (number == 53) {
      set_attribute(overlined_bit);
    } else if (number == 55) {
      style_.attributes_ &= static_cast<std::uint16_t>(~(1U << overlined_bit));
    } else {
      apply_colour(number, details);
    }
  }

  void set_attribute(unsigned bit) { style_.attributes_ |= static_cast<std::uint16_t>(1U << bit); }

  void apply_colour(unsigned number, std::string_view details) {
    const auto within = [number](unsigned least, unsigned most) { return number >= least && number <= most; };
    const auto basic = [](unsigned colour) { return static_cast<std::uint32_t>(Palette::basic) | colour; };
    if (within(30, 37)) style_.foreground_ = basic(number - 30);
    if (within(40, 47)) style_.background_ = basic(number - 40);
    if (within(90, 97)) style_.foreground_ = basic(number - 90 + 8);
    if (within(100, 107)) style_.background_ = basic(number - 100 + 8);
    if (number == 39) style_.foreground_ = 0;
    if (number == 49) style_.background_ = 0;
    if (number == 59) style_.underline_colour_ = 0;
    if (number != 38 && number != 48 && number != 58) return;
    const std::optional<std::uint32_t> colour =
        details.empty() ? colour_of(rest_, ';') : colour_of(details, ':');
    if (!colour) return;
    (number == 38   ? style_.foreground_
     : number == 48 ? style_.background_
                    : style_.underline_colour_) = *colour;
  }

  /// `5;INDEX` or `2;RED;GREEN;BLUE`; with colons, a colour space may stand before red.
  static std::optional<std::uint32_t> colour_of(std::string_view& list, char separator) {
    const auto kind = take_number(list, separator);
    if (kind == 5U) {
      const auto index = take_number(list, separator);
      if (!index || *index > 255) return std::nullopt;
      return static_cast<std::uint32_t>(Palette::indexed) | *index;
    }
    if (kind != 2U) return std::nullopt;
    if (separator == ':' && std::count(list.begin(), list.end(), ':') > 2) take_number(list, separator);
    auto colour = static_cast<std::uint32_t>(Palette::direct);
    for (const unsigned shift : {16U, 8U, 0U}) {
      const unsigned part = take_number(list, separator).value_or(0);
      if (part > 255) return std::nullopt;
      colour |= part << shift;
    }
    return colour;
  }

  TextStyle& style_;
  std::string_view rest_;
};

void TextStyle::apply(std::string_view parameters) {
  StyleReader(*this, std::string(parameters) + ';').apply_all();
}

void TextStyle::append_parameters(std::string& out) const {
  const auto append = [&](char before, unsigned number) {
    std::array<char, 10> digits{};
    char* end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    out += before;
    out.append(digits.begin(), end);
  };
  for (unsigned attribute = 1; attributes_ != 0 && attribute < last_attribute; ++attribute) {
    if ((attributes_ & (1U << attribute)) != 0) append(';', attribute);
  }
  if (underline_ > 0) append(';', 4);
  if (underline_ > 1) append(':', underline_);
  if ((attributes_ & (1U << overlined_bit)) != 0) append(';', 53);
  const auto append_colour = [&](std::uint32_t colour, unsigned what) {
    const unsigned value = colour & 0xFFFFFFU;
    switch (static_cast<Palette>(colour - value)) {
      case Palette::basic:
        return append(';', value < 8 ? what - 8 + value : what + 52 + value - 8);
      case Palette::indexed:
        append(';', what);
        append(';', 5);
        return append(';', value);
      case Palette::direct:
        append(';', what);
        append(';', 2);
        for (const unsigned shift : {16U, 8U, 0U}) append(';', (value >> shift) & 0xFFU);
    }
  };
  append_colour(foreground_, 38);
  append_colour(background_, 48);
  append_colour(underline_colour_, 58);
}

std::string TextStyle::sequence() const {
  std::string parameters;
  append_parameters(parameters);
  return parameters.empty() ? parameters : "\x1b[" + parameters.substr(1) + "m";
}

std::string TextStyle::sequence_after(const TextStyle& before) const {
  if (*this == before) return {};
  if (before.plain()) return sequence();
  std::string parameters;
  append_parameters(parameters);
  return "\x1b[0" + parameters + "m";
}

TextStyle TextStyle::erased() const {
  TextStyle style;
  style.background_ = background_;
  return style;
}

}  // namespace dream::output
