#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dream::docker {

/// The JSON lines that an engine sends while it works: cut anywhere, one message each.
class JsonLines {
 public:
  explicit JsonLines(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}
  void take(std::string_view piece);

 private:
  std::function<void(std::string_view)> on_line_;
  std::string begun_;
};

/// The progress of a pull; tells the few lines of it that are not about single layers.
class PullProgress {
 public:
  explicit PullProgress(std::function<void(std::string_view)> on_line);
  void take(std::string_view piece) { lines_.take(piece); }
  /// Why it failed; empty when it didn't.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void read(std::string_view line);

  std::function<void(std::string_view)> on_line_;
  std::string error_;
  JsonLines lines_;
};

/// The progress of a build; tells what the builder and its commands print.
class BuildProgress {
 public:
  explicit BuildProgress(std::function<void(std::string_view)> on_text);
  void take(std::string_view piece) { lines_.take(piece); }
  [[nodiscard]] const std::string& error() const { return error_; }
  /// Of what was built; empty when the engine doesn't say.
  [[nodiscard]] const std::string& image_id() const { return image_id_; }

 private:
  void read(std::string_view line);

  std::function<void(std::string_view)> on_text_;
  std::string error_;
  std::string image_id_;
  JsonLines lines_;
};

}  // namespace dream::docker
