#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dream::plugins {

/// One stream of what runs on another machine, in which marks of the script around it stand among the step's
/// bytes: a record separator, the nonce, a blank, a word or two, a newline. What comes before the first mark
/// isn't the step's: words of ssh, of a login script, of a server.
class Marks {
 public:
  using OnMark = std::function<void(const std::string& words)>;
  using OnBytes = std::function<void(std::string_view bytes)>;

  Marks(const std::string& nonce, OnBytes on_bytes, OnMark on_mark)
      : sign_("\036" + nonce + " "), on_bytes_(std::move(on_bytes)), on_mark_(std::move(on_mark)) {}

  /// Bytes as they come, cut anywhere.
  void take(std::string_view bytes);
  /// The stream is over: what could have been the beginning of a mark is none.
  void finish();

  /// The end of what came before the first mark.
  [[nodiscard]] const std::string& before() const { return before_; }

 private:
  void pass(std::string_view bytes);

  std::string sign_;
  OnBytes on_bytes_;
  OnMark on_mark_;
  std::string held_;  ///< what may be the beginning of a mark
  std::string before_;
  bool began_ = false;
};

}  // namespace dream::plugins
