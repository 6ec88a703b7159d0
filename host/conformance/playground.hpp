#pragma once

#include <filesystem>

namespace dream::conformance {

/// A project's folder that has a task `dev` for whoever looks for one, and needs the project ./needed; gone
/// with this object.
class Playground {
 public:
  Playground();
  ~Playground();
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;

  /// Empty: there can't be one.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace dream::conformance
