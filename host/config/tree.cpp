#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "config/json.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

constexpr unsigned parse_flags = rapidjson::kParseInsituFlag | rapidjson::kParseCommentsFlag |
                                 rapidjson::kParseTrailingCommasFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseFullPrecisionFlag;

/// Any order will do; comparing lengths first is the cheapest.
bool before(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::memcmp(a.data(), b.data(), a.size()) < 0;
}

/// A guess at the size of the tree, so that it lies in a few large pieces.
std::size_t piece_size(std::size_t text_size) {
  return std::clamp<std::size_t>(text_size / 4, std::size_t{4} << 10U, std::size_t{4} << 20U);
}

}  // namespace

Tree::Tree(const SourceText& source)
    : source_(source), buffer_(source.text()), memory_(piece_size(buffer_.size())), document_(&memory_) {
  document_.ParseInsitu<parse_flags>(buffer_.data() + source_.begin());
}

std::size_t Tree::error_offset() const {
  return document_.GetErrorOffset() + source_.begin();
}

SourceOffset Tree::offset_of_string(const Json& string) const {
  return {static_cast<std::size_t>(string.GetString() - buffer_.data()) - 1};
}

SourceOffset Tree::offset_of(const Json& value) const {
  if (value.IsString()) return offset_of_string(value);
  if (value.IsObject() && value.MemberCount() > 0) {
    const SourceOffset first_key = offset_of_string(value.MemberBegin()->name);
    const std::size_t brace = source_.text().find_last_not_of(" \t\r\n", first_key.value - 1);
    return source_.text()[brace] == '{' ? SourceOffset{brace} : first_key;
  }
  if (offsets_.empty()) find_offsets();
  const auto found = offsets_.find(&value);
  return found == offsets_.end() ? SourceOffset{} : SourceOffset{found->second};
}

/// Walks the tree and the text side by side, in the order of the text.
void Tree::find_offsets() const {
  Scanner scanner(source_.text().substr(source_.begin()));
  const auto next_offset = [&] {
    while (const auto token = scanner.next()) {
      const bool is_value = token->kind == Token::Kind::scalar || token->kind == Token::Kind::open;
      if (is_value) return token->offset + source_.begin();
    }
    return SourceOffset::none;
  };
  std::vector<const Json*> waiting{&root()};
  while (!waiting.empty()) {
    const Json& value = *waiting.back();
    waiting.pop_back();
    if (value.IsString()) continue;
    offsets_.emplace(&value, next_offset());
    const std::size_t first_child = waiting.size();
    if (value.IsObject()) {
      for (const Member& member : value.GetObject()) waiting.push_back(&member.value);
    } else if (value.IsArray()) {
      for (const Json& element : value.GetArray()) waiting.push_back(&element);
    }
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(first_child), waiting.end());
  }
}

const std::vector<const Member*>& Tree::sorted_members(const Json& object) const {
  auto [entry, is_new] = sorted_.try_emplace(&object);
  std::vector<const Member*>& members = entry->second;
  if (!is_new) return members;
  members.reserve(object.MemberCount());
  for (const Member& member : object.GetObject()) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
    const std::string_view left = text_of(a->name), right = text_of(b->name);
    return left == right ? left.data() < right.data() : before(left, right);
  });
  return members;
}

const Member* Tree::find(const Json& object, std::string_view key) const {
  DREAM_ASSERT(object.IsObject());
  if (object.MemberCount() <= small_object) {
    for (const Member& member : object.GetObject()) {
      if (text_of(member.name) == key) return &member;
    }
    return nullptr;
  }
  const auto& members = sorted_members(object);
  const auto found = std::lower_bound(
      members.begin(), members.end(), key,
      [](const Member* member, std::string_view name) { return before(text_of(member->name), name); });
  return found != members.end() && text_of((*found)->name) == key ? *found : nullptr;
}

}  // namespace dream::config
