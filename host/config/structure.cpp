#include "config/structure.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/place.hpp"

namespace dream::config {

namespace {

class StructureCheck {
 public:
  StructureCheck(const Tree& tree, ProblemList& problems) : tree_(tree), problems_(problems) {}

  void walk(const Place& place, const Json& value) {
    if (value.IsString()) {
      check_string(place, value);
    } else if (value.IsArray()) {
      std::size_t index = 0;
      for (const Json& element : value.GetArray()) walk(Place(place, element, index++), element);
    } else if (value.IsObject()) {
      if (value.MemberCount() <= small_object) {
        find_duplicates_in_small(place, value);
      } else {
        find_duplicates_in_large(place, value);
      }
      for (const Member& member : value.GetObject()) {
        const Place at(place, member.name);
        check_string(at, member.name);
        walk(at, member.value);
      }
    }
  }

 private:
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
    problems_.add({Severity::error, place.offset(tree_), place.shown_pointer(),
                   fmt::format("the key {} is there twice, first at {}", in_quotes(place.key()),
                               line_and_column(tree_.source(), tree_.offset_of(first.name))),
                   "remove one of them"});
  }

  /// RapidJSON takes a lone low surrogate and makes bytes of it that are not UTF-8.
  void check_string(const Place& place, const Json& string) {
    if (find_invalid_utf8(text_of(string)) == std::string_view::npos) return;
    problems_.add({Severity::error, place.offset(tree_), place.shown_pointer(),
                   "half of a surrogate pair (\\uDC00 to \\uDFFF) in the string",
                   "write the character itself"});
  }

  const Tree& tree_;
  ProblemList& problems_;
};

}  // namespace

void check_structure(const Tree& tree, ProblemList& problems) {
  // The walk costs as much as reading the whole configuration, and nearly every file has neither.
  if (!tree.has_unicode_escapes() && !tree.has_duplicates()) return;
  StructureCheck(tree, problems).walk(Place(tree.root()), tree.root());
}

}  // namespace dream::config
