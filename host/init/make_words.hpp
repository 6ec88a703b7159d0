#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a Makefile writes in place of a file's name.
namespace dream::init {

/// The variables of a Makefile whose values are plain text.
class MakeVariables {
 public:
  /// `folder`: the one that make runs in.
  explicit MakeVariables(const std::filesystem::path& folder) { values_["CURDIR"] = folder.string(); }

  /// Takes `A = b`, `A := b`, `A ?= b` and `A += b`; of any other line nothing.
  void assign(std::string_view line);

  /// The text with the values in it; nothing: it has what only make knows.
  [[nodiscard]] std::optional<std::string> expand(std::string_view text) const;

 private:
  [[nodiscard]] bool expand_into(std::string_view text, int levels, std::string& out) const;

  std::map<std::string, std::string, std::less<>> values_;
};

/// The files that the words of an `include` name, `*` and `?` among them, sorted for each word; a word that
/// matches none is kept as it is. Relative ones count from `folder`.
[[nodiscard]] std::vector<std::filesystem::path> files_named(const std::string& words,
                                                             const std::filesystem::path& folder);

}  // namespace dream::init
