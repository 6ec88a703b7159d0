#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "http/json_lines.hpp"

namespace dream::docker {

using http::JsonLines;

/// The progress of a pull; tells the few lines of it that are not about single layers.
class PullProgress {
 public:
  /// What `piece` has to tell people; may be empty.
  [[nodiscard]] std::string take(std::string_view piece);
  /// Why it failed; empty when it didn't.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void read(std::string_view line);

  std::string text_;
  std::string error_;
  JsonLines lines_{[this](std::string_view line) { read(line); }};
};

/// The progress of a build; tells what the builder and its commands print.
class BuildProgress {
 public:
  /// What `piece` has to tell people; may be empty.
  [[nodiscard]] std::string take(std::string_view piece);
  [[nodiscard]] const std::string& error() const { return error_; }
  /// Of what was built; empty when the engine doesn't say.
  [[nodiscard]] const std::string& image_id() const { return image_id_; }

 private:
  void read(std::string_view line);

  std::string text_;
  std::string error_;
  std::string image_id_;
  JsonLines lines_{[this](std::string_view line) { read(line); }};
};

}  // namespace dream::docker
