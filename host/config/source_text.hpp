#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace dream::config {

/// A place in a text, as editors count: from 1, a column is a character (a tab is one).
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string_view line_text;    ///< the whole line, without its end
  std::size_t byte_in_line = 0;  ///< where in `line_text` the place is
};

/// The text of a file together with the name that messages give it. Lines are counted when the first place
/// is asked for; one thread only.
class SourceText {
 public:
  /// `base`: its offset as others count it, where it is one of several.
  SourceText(std::string name, std::string text, std::size_t base = 0);
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The whole file as it was read.
  [[nodiscard]] std::string_view text() const;
  /// Where the text begins: after a byte order mark, if there is one.
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t base() const { return base_; }

  /// An offset past the end is taken for the end. It counts from the base, as that of place() does.
  [[nodiscard]] Position position(std::size_t offset) const;
  /// "dream.json:12:7"; the name alone for an unknown offset.
  [[nodiscard]] std::string place(SourceOffset offset) const;

  /// Lends the text to a JSON parser that works in place: it unescapes strings where they stand and ends each
  /// with a NUL. The text must hold no NUL before. What the parser overwrites is remembered, or can be told
  /// from what it wrote: text() is made again when it is asked for, which is when there is a place to show.
  /// That saves the usual run a copy of the file.
  [[nodiscard]] std::string& lend_to_parser();
  /// Of a text that was lent: whether some string may have a \u escape.
  [[nodiscard]] bool has_unicode_escapes() const;

 private:
  friend class Sources;
  /// As long as the text, with the same line ends: enough to count in, and there without being made again.
  [[nodiscard]] std::string_view layout() const;
  [[nodiscard]] const std::vector<std::size_t>& line_starts() const;
  /// From the begin of the text to `offset`; at the cost of one block, however long the line is.
  [[nodiscard]] std::size_t characters_before(std::size_t offset) const;

  std::string name_;
  std::size_t base_;
  mutable std::string text_;  ///< empty while it is lent and not made again
  std::size_t begin_;
  std::string lent_;
  std::vector<std::pair<std::size_t, std::string>> escaped_;  ///< pieces of the text with escapes, by offset
  mutable std::vector<std::size_t> line_starts_;
  mutable std::vector<std::size_t> characters_;  ///< before each block
};

/// The texts that a configuration is made of, the first of them that of dream.json. An offset is one number
/// through all of them, as if they stood one after the other.
class Sources {
 public:
  Sources() = default;
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  /// Stays where it is.
  SourceText& add(std::string name, std::string text);
  [[nodiscard]] const std::vector<std::unique_ptr<SourceText>>& all() const { return all_; }
  /// The one that an offset lies in; the first for one that isn't known.
  [[nodiscard]] const SourceText& holding(SourceOffset offset) const;

  [[nodiscard]] const std::string& name() const { return all_.front()->name(); }
  [[nodiscard]] std::string_view text() const { return all_.front()->text(); }
  [[nodiscard]] Position position(std::size_t offset) const { return holding({offset}).position(offset); }
  [[nodiscard]] std::string place(SourceOffset offset) const { return holding(offset).place(offset); }

 private:
  std::vector<std::unique_ptr<SourceText>> all_;
};

}  // namespace dream::config
