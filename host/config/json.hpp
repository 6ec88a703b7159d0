#pragma once

#include <rapidjson/document.h>
#include <rapidjson/error/error.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "config/source_text.hpp"

/// The only header that knows RapidJSON; nothing outside this folder includes it.
namespace dream::config {

class ProblemList;

using Json = rapidjson::Value;
using Member = rapidjson::Value::Member;

/// The characters of a string value (or key).
[[nodiscard]] inline std::string_view text_of(const Json& string) {
  return {string.GetString(), string.GetStringLength()};
}

/// No iterators: comparing those of a mutable object is ambiguous in C++20.
[[nodiscard]] inline std::span<Member> members_of(Json& object) {
  return {object.MemberBegin().operator->(), object.MemberCount()};
}

/// Deeper values than this are refused, so that the parser and whatever walks a tree may recurse.
inline constexpr std::size_t max_depth = 256;

/// The parsed file, and those that were put over it. Each is parsed in place, so every key and string of the
/// tree points into the text, and its offset in the file is a subtraction; but for those strings that
/// something else was put in place of.
class Tree {
 public:
  /// `source` must outlive the tree, and hold no NUL.
  explicit Tree(SourceText& source);

  [[nodiscard]] rapidjson::ParseErrorCode error() const { return result_.Code(); }
  [[nodiscard]] std::size_t error_offset() const { return result_.Offset() + source_.begin(); }
  /// The error is that values are nested more deeply than max_depth.
  [[nodiscard]] bool is_too_deep() const { return error() == rapidjson::kParseErrorTermination; }
  /// Some object has a key twice.
  [[nodiscard]] bool has_duplicates() const { return has_duplicates_; }
  /// Some string may be written with a \u escape.
  [[nodiscard]] bool has_unicode_escapes() const { return has_unicode_escapes_; }
  /// Some string may have a variable or an escaped dollar: `${`, `$$`.
  [[nodiscard]] bool may_have_variables() const;
  [[nodiscard]] const Json& root() const { return document_; }
  [[nodiscard]] Json& root() { return document_; }
  [[nodiscard]] const SourceText& source() const { return source_; }
  /// The text that a place lies in.
  [[nodiscard]] const SourceText& source_of(SourceOffset offset) const;

  /// Merges another file into this one, whose values win. What one of the two says twice goes to `problems`.
  void put_over(std::unique_ptr<Tree> upper, ProblemList& problems);

  /// Where a value of this tree stands in the file: a string at its quote, an object at its brace (at its
  /// first key when a comment is between them), everything else where it begins.
  [[nodiscard]] SourceOffset offset_of(const Json& value) const;

  /// Puts a text in place of a string, which stays where it stands in the file.
  void replace(Json& string, std::string_view text);
  /// Whether that was done.
  [[nodiscard]] bool is_replaced(const Json& value) const { return replaced_.contains(&value); }

  /// The member of that name, or nullptr.
  [[nodiscard]] const Member* find(const Json& object, std::string_view key) const;

  /// The members of a large object sorted by key, those of one key in the order of the file; made once.
  [[nodiscard]] const std::vector<const Member*>& sorted_members(const Json& object) const;

 private:
  using Offsets = std::vector<std::pair<const Json*, std::size_t>>;

  /// The file that a key or a string stands in.
  [[nodiscard]] const Tree& part_of(const Json& string) const;
  [[nodiscard]] SourceOffset offset_of_string(const Json& string) const;
  void find_offsets() const;
  void find_offsets_in(const Json& object) const;
  void find_offsets_from(const Json& value, std::size_t at, Offsets& offsets) const;

  const SourceText& source_;
  std::string& buffer_;  ///< the text, changed by the parser where it had strings
  bool has_unicode_escapes_;
  rapidjson::MemoryPoolAllocator<> memory_;
  rapidjson::Document document_;
  rapidjson::ParseResult result_;
  bool has_duplicates_ = false;
  std::vector<std::unique_ptr<Tree>> parts_;  ///< what was put over it; their values are this tree's now
  std::unordered_map<const Json*, SourceOffset> replaced_;  ///< where those strings stand
  mutable std::unordered_map<const Json*, std::vector<const Member*>> sorted_;
  /// Of all values but strings, sorted, once one is needed: an array of numbers has a value for each two
  /// bytes.
  mutable Offsets offsets_;
};

/// Objects with more members than this are searched through sorted_members().
inline constexpr std::size_t small_object = 16;

}  // namespace dream::config
