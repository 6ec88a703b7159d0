#include "config/structure.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/place.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

class StructureCheck {
 public:
  StructureCheck(const Tree& tree, ProblemList& problems)
      : tree_(tree),
        problems_(problems),
        has_unicode_escapes_(tree.source().text().find("\\u") != std::string_view::npos) {}

  /// False: too deep.
  bool walk(const Place& place, const Json& value, std::size_t depth) {
    if (value.IsObject()) return depth < max_depth && walk_object(place, value, depth + 1);
    if (value.IsArray()) return depth < max_depth && walk_array(place, value, depth + 1);
    if (value.IsString()) check_string(place, value);
    return true;
  }

 private:
  bool walk_array(const Place& place, const Json& array, std::size_t depth) {
    std::size_t index = 0;
    for (const Json& element : array.GetArray()) {
      if (!walk(Place(place, element, index++), element, depth)) return false;
    }
    return true;
  }

  bool walk_object(const Place& place, const Json& object, std::size_t depth) {
    if (object.MemberCount() <= small_object) {
      find_duplicates_in_small(place, object);
    } else {
      find_duplicates_in_large(place, object);
    }
    for (const Member& member : object.GetObject()) {
      const Place at(place, member.name);
      check_string(at, member.name);
      if (!walk(at, member.value, depth)) return false;
    }
    return true;
  }

  void find_duplicates_in_small(const Place& place, const Json& object) {
    const Member* members = object.MemberCount() == 0 ? nullptr : &*object.MemberBegin();
    for (std::size_t at = 1; at < object.MemberCount(); ++at) {
      const std::string_view key = text_of(members[at].name);
      for (std::size_t earlier = 0; earlier < at; ++earlier) {
        if (text_of(members[earlier].name) != key) continue;
        report_duplicate(place, members[earlier], members[at]);
        break;
      }
    }
  }

  void find_duplicates_in_large(const Place& place, const Json& object) {
    const auto& members = tree_.sorted_members(object);
    const Member* first = members.front();
    for (std::size_t at = 1; at < members.size(); ++at) {
      if (text_of(members[at]->name) == text_of(first->name)) {
        report_duplicate(place, *first, *members[at]);
      } else {
        first = members[at];
      }
    }
  }

  void report_duplicate(const Place& parent, const Member& first, const Member& second) {
    if (!problems_.has_room()) return;
    const Place place(parent, second.name);
    problems_.add({Severity::error, place.offset(tree_), place.pointer(),
                   fmt::format("the key \"{}\" is there twice, first at {}", place.key(),
                               line_and_column(tree_.source(), tree_.offset_of(first.name))),
                   "remove one of them"});
  }

  /// RapidJSON takes a lone low surrogate and makes bytes of it that are not UTF-8.
  void check_string(const Place& place, const Json& string) {
    if (!has_unicode_escapes_ || find_invalid_utf8(text_of(string)) == std::string_view::npos) return;
    problems_.add({Severity::error, place.offset(tree_), place.pointer(),
                   "half of a surrogate pair (\\uDC00 to \\uDFFF) in the string",
                   "write the character itself"});
  }

  const Tree& tree_;
  ProblemList& problems_;
  bool has_unicode_escapes_;
};

/// The place of the first bracket that is nested too deeply.
SourceOffset find_too_deep(const SourceText& source) {
  Scanner scanner(source.text().substr(source.begin()));
  std::size_t depth = 0;
  while (const auto token = scanner.next()) {
    if (token->kind == Token::Kind::open && ++depth > max_depth) return {token->offset + source.begin()};
    if (token->kind == Token::Kind::close) --depth;
  }
  return {};
}

}  // namespace

bool check_structure(const Tree& tree, ProblemList& problems) {
  if (StructureCheck(tree, problems).walk(Place(tree.root()), tree.root(), 0)) return true;
  problems.add({Severity::error,
                find_too_deep(tree.source()),
                {},
                fmt::format("values are nested more than {} levels deep", max_depth),
                {}});
  return false;
}

}  // namespace dream::config
