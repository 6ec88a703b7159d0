#pragma once

#include <cstdint>
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

  /// Takes `A = b`, `A := b`, `A ?= b`, `A += b` and `undefine A`; of any other line nothing. `certain`: make
  /// reads it.
  void assign(std::string_view line, bool certain = true);
  /// One whose value only make knows.
  void forget(const std::string& name);
  /// make has read what nobody else can: of a variable without a value here it may know one.
  void doubt_others() { doubts_others_ = true; }

  /// The text with the values in it; nothing: it has what only make knows.
  [[nodiscard]] std::optional<std::string> expand(std::string_view text) const;
  /// The same, where a variable that the file doesn't set has the value that the environment gives it: mostly
  /// none.
  [[nodiscard]] std::optional<std::string> value_of(std::string_view text) const;
  /// Whether a text, or a value that it takes, names files: it has a dot or a slash.
  [[nodiscard]] bool names_files(std::string_view text, int levels = 0) const;
  /// Whether `ifdef` would find that it has a value; nothing: only make knows.
  [[nodiscard]] std::optional<bool> is_set(const std::string& name) const;

 private:
  /// Where the value of a variable comes from that the file doesn't set.
  enum class Others : std::uint8_t { nobody, environment };
  [[nodiscard]] std::optional<std::string> other(const std::string& name) const;
  void set(const std::string& name, char how, const std::string& value);
  [[nodiscard]] bool expand_into(std::string_view text, int levels, Others others, std::string& out) const;

  std::map<std::string, std::string, std::less<>> values_;
  bool doubts_others_ = false;
};

/// "$(error set Q: please)" has no names, and no colon of a rule: each character of a call is a "$".
[[nodiscard]] std::string without_calls(std::string words);

/// The files that the words of an `include` name, `*` and `?` among them, sorted for each word; a word that
/// matches none is kept as it is. Relative ones count from `folder`.
[[nodiscard]] std::vector<std::filesystem::path> files_named(const std::string& words,
                                                             const std::filesystem::path& folder);

}  // namespace dream::init
