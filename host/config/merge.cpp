#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/area.hpp"
#include "config/json.hpp"
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

void merge(Json& lower, Json& upper, Area area, Memory& memory);

void put(Json& lower, Json& upper, Area area, Memory& memory) {
  if (!upper.IsObject()) {
    lower = upper;
    return;
  }
  // A new object has nulls, too, that are no values.
  if (!lower.IsObject()) lower.SetObject();
  merge(lower, upper, area, memory);
}

/// Objects key by key; everything else replaces what is below it. Null takes a key away, but at the `command`
/// of a task, where it is a value. Members are moved, so that each keeps its place in the text.
void merge(Json& lower, Json& upper, Area area, Memory& memory) {
  std::unordered_map<std::string, std::size_t> known;
  for (const Member& member : members_of(lower)) known.emplace(identity_of(member.name, area), known.size());
  std::vector<bool> is_gone(lower.MemberCount());
  for (Member& member : members_of(upper)) {
    const Area below = area_below(area, text_of(member.name));
    const bool takes_away = member.value.IsNull() && !(area == Area::task && below == Area::command);
    // Each key below is met once: a second spelling in one file is reported by the reader.
    const auto same = known.extract(identity_of(member.name, area));
    if (same && takes_away) {
      is_gone[same.mapped()] = true;
    } else if (same) {
      Member& there = members_of(lower)[same.mapped()];
      there.name = member.name;  // a message shows where the value comes from
      put(there.value, member.value, below, memory);
    } else if (!takes_away || area == Area::options) {  // null among options is a value: RFC 7396
      Json nothing;
      lower.AddMember(member.name, nothing, memory);
      put(members_of(lower).back().value, member.value, below, memory);
    }
  }
  if (std::find(is_gone.begin(), is_gone.end(), true) == is_gone.end()) return;
  Json left(rapidjson::kObjectType);
  for (std::size_t at = 0; at < lower.MemberCount(); ++at) {
    Member& member = members_of(lower)[at];
    if (at >= is_gone.size() || !is_gone[at]) left.AddMember(member.name, member.value, memory);
  }
  lower.Swap(left);
}

}  // namespace

void Tree::put_over(std::unique_ptr<Tree> upper) {
  merge(document_, upper->document_, Area::top, memory_);
  has_unicode_escapes_ = has_unicode_escapes_ || upper->has_unicode_escapes_;
  has_duplicates_ = has_duplicates_ || upper->has_duplicates_;
  sorted_.clear();
  offsets_.clear();
  for (std::unique_ptr<Tree>& part : upper->parts_) parts_.push_back(std::move(part));
  upper->parts_.clear();
  parts_.push_back(std::move(upper));
}

}  // namespace dream::config
