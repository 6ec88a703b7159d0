#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/area.hpp"
#include "config/diagnostics.hpp"
#include "config/json.hpp"
#include "config/place.hpp"
#include "config/read_workspace.hpp"
#include "plan/workspace.hpp"

namespace dream::config {

namespace {

using Memory = rapidjson::MemoryPoolAllocator<>;

/// What two keys have in common that name the same thing: projects have several spellings, and times two
/// names.
std::string identity_of(const Json& key, Area area) {
  std::string name(text_of(key));
  if ((area == Area::times || area == Area::probes) && name.ends_with("Ms")) name.resize(name.size() - 2);
  if (area != Area::projects && area != Area::workspace) return name;
  std::string normal = normalise_project(name);
  return normal.empty() ? name : normal;
}

class Merging {
 public:
  Merging(const Tree& tree, Memory& memory, ProblemList& problems)
      : tree_(tree), memory_(memory), problems_(problems) {}

  /// Objects key by key; everything else replaces what is below it. Null takes a key away, but at the
  /// `command` of a task, where it is a value. Members are moved, so that each keeps its place in the text.
  void merge(Json& lower, Json& upper, Area area, const Place& place) {
    Keys keys = keys_of(lower, area, place);
    std::vector<bool>& is_gone = keys.is_again;
    if (area == Area::probes) give_up_other_probes(lower, upper, is_gone);
    const Keys own = keys_of(upper, area, place);
    const std::size_t first_glob = lower.MemberCount();  // of those that are new
    for (std::size_t at = 0; at < upper.MemberCount(); ++at) {
      if (own.is_again[at]) continue;
      Member& member = members_of(upper)[at];
      const Area below = area_below(area, text_of(member.name));
      const bool is_null = member.value.IsNull() && (area != Area::task || below != Area::command);
      // Null among options is a value: it removes what an executor says (RFC 7396).
      const bool takes_away = is_null && area != Area::options;
      const auto same = keys.members.find(identity_of(member.name, area));
      if (same != keys.members.end()) {
        is_gone[same->second] = is_gone[same->second] || takes_away;
        put(members_of(lower)[same->second], member, below, place);
      } else if (!takes_away) {
        Json nothing;
        Json name("");  // put() replaces it
        lower.AddMember(name, nothing, memory_);
        put(members_of(lower).back(), member, below, place);
      }
    }
    is_gone.resize(lower.MemberCount());
    const bool moves_globs = area == Area::projects && first_glob > 0 && first_glob < lower.MemberCount();
    if (moves_globs || std::ranges::find(is_gone, true) != is_gone.end())
      rebuild(lower, is_gone, moves_globs ? first_glob : 0);
  }

 private:
  struct Keys {
    std::unordered_map<std::string, std::size_t> members;  ///< where each is
    std::vector<bool> is_again;  ///< of each member: it names what another one before it names
  };

  /// A key that is there twice is told here, as one of the two may be replaced.
  Keys keys_of(Json& object, Area area, const Place& place) {
    Keys keys{.members = {}, .is_again = std::vector<bool>(object.MemberCount())};
    const auto members = members_of(object);
    for (std::size_t at = 0; at < members.size(); ++at) {
      const auto [entry, is_new] = keys.members.emplace(identity_of(members[at].name, area), at);
      keys.is_again[at] = !is_new;
      if (!is_new) report_again(members[entry->second].name, members[at].name, entry->first, area, place);
    }
    return keys;
  }

  void report_again(const Json& first, const Json& second, const std::string& identity, Area area,
                    const Place& parent) {
    // The same spelling is told of each file by itself.
    if (text_of(first) == text_of(second) || !problems_.has_room()) return;
    const Place place(parent, second);
    const bool is_time = area == Area::times || area == Area::probes;
    const SourceOffset offset = tree_.offset_of(first);
    problems_.add(
        {Severity::error, place.offset(tree_), place.shown_pointer(),
         is_time ? fmt::format("{} is {} once more", in_quotes(text_of(second)), in_quotes(text_of(first)))
                 : fmt::format("{} is another spelling of {} at {}", in_quotes(text_of(second)),
                               in_quotes(text_of(first)), line_and_column(tree_.source_of(offset), offset)),
         is_time ? "remove one of them" : "put both into one entry, " + in_quotes(identity)});
  }

  /// One kind of probe in place of another is no second probe.
  static void give_up_other_probes(Json& lower, Json& upper, std::vector<bool>& is_gone) {
    const auto sets = [&](std::string_view name) {
      return std::ranges::any_of(members_of(upper), [&](const Member& own) {
        return text_of(own.name) == name && is_probe_key(text_of(own.name));
      });
    };
    const bool has_probe = std::ranges::any_of(members_of(upper), [](const Member& own) {
      return is_probe_key(text_of(own.name)) && !own.value.IsNull();
    });
    if (!has_probe) return;
    for (std::size_t at = 0; at < lower.MemberCount(); ++at) {
      const Json& name = members_of(lower)[at].name;
      if (is_probe_key(text_of(name)) && !sets(text_of(name))) is_gone[at] = true;
    }
  }

  void put(Member& lower, Member& upper, Area area, const Place& place) {
    lower.name = upper.name;  // a message shows where the value comes from
    if (!upper.value.IsObject()) {
      lower.value = upper.value;
      return;
    }
    // A new object has nulls, too, that are no values.
    if (!lower.value.IsObject()) lower.value.SetObject();
    merge(lower.value, upper.value, area, Place(place, lower.name));
  }

  /// Without what is gone. Of projects, the globs behind `first_glob` come before the others: the first that
  /// matches wins, and the upper file does.
  void rebuild(Json& object, const std::vector<bool>& is_gone, std::size_t first_glob) {
    Json left(rapidjson::kObjectType);
    const auto members = members_of(object);
    std::vector<bool> is_taken = is_gone;
    const auto take = [&](std::size_t at) {
      left.AddMember(members[at].name, members[at].value, memory_);
      is_taken[at] = true;
    };
    for (std::size_t at = first_glob; first_glob > 0 && at < members.size(); ++at)
      if (!is_taken[at] && is_glob(text_of(members[at].name))) take(at);
    for (std::size_t at = 0; at < members.size(); ++at)
      if (!is_taken[at]) take(at);
    object.Swap(left);
  }

  const Tree& tree_;
  Memory& memory_;
  ProblemList& problems_;
};

}  // namespace

void Tree::put_over(std::unique_ptr<Tree> upper, ProblemList& problems) {
  has_unicode_escapes_ = has_unicode_escapes_ || upper->has_unicode_escapes_;
  has_duplicates_ = has_duplicates_ || upper->has_duplicates_;
  Json& above = upper->document_;
  for (std::unique_ptr<Tree>& part : upper->parts_) parts_.push_back(std::move(part));
  upper->parts_.clear();
  parts_.push_back(std::move(upper));
  Merging(*this, memory_, problems).merge(document_, above, Area::top, Place(document_));
  sorted_.clear();
  offsets_.clear();
}

}  // namespace dream::config
