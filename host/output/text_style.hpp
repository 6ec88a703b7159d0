#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dream::output {

/// The colours and attributes that a terminal has been told to write in (`ESC [ … m`).
class TextStyle {
 public:
  /// A sequence came; `parameters` are those between `[` and `m`.
  void apply(std::string_view parameters);
  [[nodiscard]] bool plain() const noexcept { return settings_.empty(); }
  /// What brings a plain terminal into this style.
  [[nodiscard]] std::string sequences() const;

 private:
  struct Setting {
    int what;  ///< of these there is one at a time
    std::string parameters;
  };
  std::vector<Setting> settings_;
};

}  // namespace dream::output
