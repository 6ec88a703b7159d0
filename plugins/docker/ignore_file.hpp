#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dream::docker {

/// The patterns of a .dockerignore: `*`, `?`, `[a-z]`, `**`, exceptions with `!`; the last that fits decides,
/// and a folder's fate is that of what is in it.
class IgnoreFile {
 public:
  IgnoreFile() = default;
  explicit IgnoreFile(std::string_view text);

  /// `path` is from the context's root: "src/main.c".
  [[nodiscard]] bool ignores(std::string_view path) const;
  /// An ignored folder may still have something in it that isn't.
  [[nodiscard]] bool has_exceptions() const { return has_exceptions_; }

 private:
  struct Pattern {
    std::string text;
    bool exception = false;
  };

  std::vector<Pattern> patterns_;
  bool has_exceptions_ = false;
};

/// Whether a whole path fits a pattern: `*` and `?` don't match a slash, `**` matches any number of folders.
/// Takes time by the product of both lengths, whatever they hold.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view path);

}  // namespace dream::docker
