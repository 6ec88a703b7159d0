#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What dream keeps out of its own words: a plan is pasted into an issue, a log is kept.
namespace dream::config {

/// What stands in place of a value that isn't shown.
inline constexpr std::string_view mask = "***";

/// Whether the name of a variable or an option says that its value is nobody's business: "API_TOKEN",
/// "dbPassword"; not "API_TOKEN_FILE".
[[nodiscard]] bool names_secret(std::string_view name);

/// A part of a text.
struct TextPart {
  std::size_t begin = 0, end = 0;
};
/// The users, with their passwords, of the URLs in a text: what stands between "://" and the last "@".
[[nodiscard]] std::vector<TextPart> users_of_urls(std::string_view text);

/// `text` without the users and passwords of the URLs in it, "postgres://***@host"; also without users that
/// have no password where these may be tokens.
enum class Users : std::uint8_t { with_password, all };
[[nodiscard]] std::string without_passwords(std::string text, Users users = Users::with_password);

/// Values that no text of dream's may show.
class Secrets {
 public:
  /// Remembers the value of a variable if its name, or the value itself (a URL with a password), says that it
  /// is one. Shorter ones than four bytes would be found in every other word.
  void see(std::string_view name, std::string_view value);
  /// The same for a variable of a task or of the caller, "NAME=value"; but no word of at most eight small
  /// letters or digits: those of development are "postgres", "true" and "4096", which dream's messages have
  /// to say.
  void see_entry(std::string_view entry);
  void see_entries(std::span<const std::string> entries);
  /// The same for all variables that dream was started with.
  void see_environment();
  /// Those of others, too.
  void add(const Secrets& others);
  /// A name that everybody may see, such as the id of a step: where it stands, it stays as it is, also if the
  /// value of a secret is a word of it.
  void spare(std::string name);
  /// `text` without them, and without the users and passwords of URLs. Where the text was cut (`…`), a piece
  /// of a value beside the cut counts as the value.
  [[nodiscard]] std::string masked(std::string text) const;

 private:
  void hide(const std::string& value);
  void mask_cut_pieces(std::string& text) const;
  [[nodiscard]] bool is_spared(std::string_view text, std::size_t at, std::string_view value) const;

  std::vector<std::string> values_;  ///< the longest first
  std::vector<std::string> spared_;
};

}  // namespace dream::config
