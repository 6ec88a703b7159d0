#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace dream::config {

/// Changes single members of the objects in a dream.json. Every other byte stays: order, comments and layout.
/// What is added is laid out as what stands beside it.
class TextEdit {
 public:
  /// Keys from the root downwards.
  using Path = std::vector<std::string>;

  /// A text that Document finds nothing wrong with.
  explicit TextEdit(std::string text);

  /// The keys of the object there; none where there is no object.
  [[nodiscard]] std::vector<std::string> keys(std::span<const std::string> path) const;

  /// Gives a member this value, JSON text. Objects on the way to it that aren't there are made; what is there
  /// must be an object.
  void set(const Path& path, std::string_view value);

  /// Takes a member away, with its comma. False: there is none.
  bool remove(const Path& path);
  /// The same in objects that stand at these places of the text as it is now (as Workspace has them).
  void remove(std::vector<SourceOffset> objects, std::string_view key);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Object;

  [[nodiscard]] bool is_object(std::size_t at) const;
  [[nodiscard]] Object object_at(std::size_t at) const;
  [[nodiscard]] std::string key_of(const Object& object, std::size_t member) const;
  [[nodiscard]] std::size_t find(const Object& object, std::string_view key) const;
  [[nodiscard]] std::string_view blanks_before(std::size_t at) const;
  [[nodiscard]] bool is_first_on_its_line(std::size_t at) const;
  [[nodiscard]] std::size_t end_of_line_of(std::size_t at) const;
  [[nodiscard]] std::string nested(std::span<const std::string> keys, std::string_view value) const;
  void insert(const Object& object, std::span<const std::string> keys, std::string_view value);
  void insert_in_line(const Object& object, std::span<const std::string> keys, std::string_view value);
  void insert_line(const Object& object, std::span<const std::string> keys, std::string_view value);
  bool remove(const Object& object, std::string_view key);
  void erase_with_blanks(std::size_t begin, std::size_t end, bool is_last);

  std::string text_;
  std::size_t root_ = 0;     ///< the brace of the root
  std::string line_end_;     ///< as the text has it
  std::string indentation_;  ///< of one level
};

}  // namespace dream::config
