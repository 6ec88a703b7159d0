#include "output/text_style.hpp"

#include <algorithm>
#include <charconv>

namespace dream::output {

namespace {

/// Several things at once: only a reset is known to end them.
constexpr int several = -1;
constexpr int foreground = 39;
constexpr int background = 49;

/// Nothing sensible needs more; then the oldest is given up.
constexpr std::size_t most_settings = 16;

/// What a parameter sets, named by the one that takes it back.
int setting_of(int parameter) {
  const auto within = [parameter](int least, int most) { return parameter >= least && parameter <= most; };
  if (within(30, 39) || within(90, 97)) return foreground;
  if (within(40, 49) || within(100, 107)) return background;
  if (within(22, 29)) return parameter;
  if (within(3, 9)) return parameter == 6 ? 25 : 20 + parameter;
  if (within(1, 2)) return 22;
  return several;
}

}  // namespace

void TextStyle::apply(std::string_view parameters) {
  int first = 0;
  std::from_chars(parameters.data(), parameters.data() + parameters.size(), first);
  const bool alone = parameters.find_first_of(";:") == std::string_view::npos;
  if (first == 0) settings_.clear();
  if (first == 0 && alone) return;
  const bool colour_by_number = first == 38 || first == 48;
  const int what = alone || colour_by_number ? setting_of(first) : several;
  const auto same = [what](const Setting& setting) { return setting.what == what; };
  if (what != several) std::erase_if(settings_, same);
  const auto unclear = [](const Setting& setting) { return setting.what == several; };
  if (first == what && std::none_of(settings_.begin(), settings_.end(), unclear)) return;  // taken back
  if (settings_.size() == most_settings) settings_.erase(settings_.begin());
  settings_.push_back({what, std::string(parameters)});
}

std::string TextStyle::sequences() const {
  std::string text;
  for (const Setting& setting : settings_) text.append("\x1b[").append(setting.parameters).append("m");
  return text;
}

}  // namespace dream::output
