#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// How the files of a repository are read.
namespace dream::init {

using Json = rapidjson::Document;

/// Larger files are none of those that are looked for.
inline constexpr std::size_t most_bytes = std::size_t{4} << 20U;

/// The text of a file; nothing when it isn't there.
[[nodiscard]] Result<std::optional<std::string>> read_text(const std::filesystem::path& file);

/// Its text isn't what a file of its kind has; `why`, as whoever has read it says it.
[[nodiscard]] Error not_understood(const std::string& file, const std::string& why);

/// The object in a JSON file with or without comments; nothing when the file isn't there.
[[nodiscard]] Result<std::optional<Json>> read_object(const std::filesystem::path& file);

/// A member that is a string; else empty.
[[nodiscard]] std::string text_member(const rapidjson::Value& object, const char* name);

/// The files that one includes, and those that these include.
class IncludedFiles {
 public:
  IncludedFiles() = default;
  explicit IncludedFiles(const std::filesystem::path& first) : way_{first.lexically_normal()} {}

  /// Before one of them is read. False: it leads to itself, or they are too many.
  [[nodiscard]] bool enter(const std::filesystem::path& file);
  /// The one that was entered last has been read.
  void leave() { way_.pop_back(); }

 private:
  std::vector<std::filesystem::path> way_;  ///< from the first one to the one that is read
  std::size_t files_ = 0;
};

/// The folders below `root` that hold no other's code, as "./a/b", sorted: node_modules and hidden ones are
/// passed over, and links are not followed.
[[nodiscard]] std::vector<std::string> folders_below(const std::filesystem::path& root, int most_levels);

/// "a, b and c", or the first of many and how many others there are.
[[nodiscard]] std::string first_of(const std::vector<std::string>& names);

/// Without the blanks around it.
[[nodiscard]] std::string trimmed(std::string_view text);

/// Letters, digits, and those of `others`; not empty.
[[nodiscard]] bool is_word(std::string_view name, std::string_view others);

/// What stands between the blanks of a line.
[[nodiscard]] std::vector<std::string> words_in(const std::string& line);

/// The commands of a script for a shell, each without the operators around it (`&&`, `;`, `|`, the line's
/// end), and without comments. Quotes stay.
[[nodiscard]] std::vector<std::string> shell_commands(std::string_view script);

}  // namespace dream::init
