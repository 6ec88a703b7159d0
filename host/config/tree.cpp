#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <unordered_set>

#include "base/assert.hpp"
#include "config/json.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

constexpr unsigned parse_flags = rapidjson::kParseInsituFlag | rapidjson::kParseCommentsFlag |
                                 rapidjson::kParseTrailingCommasFlag | rapidjson::kParseFullPrecisionFlag;

/// Stands between parser and document, and sees what RapidJSON lets through: nesting without an end, at which
/// the parser is stopped before its recursion could exhaust the stack, and keys that an object has twice. To
/// look for those here, while the keys are at hand, costs next to nothing; who they are is found out later,
/// if there are any.
class Builder {
 public:
  explicit Builder(rapidjson::Document& document) : document_(document) {}

  [[nodiscard]] bool has_duplicates() const { return has_duplicates_; }

  // The names are RapidJSON's. NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(std::int64_t value) { return document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
    return document_.RawNumber(text, size, copy);
  }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return document_.String(text, size, copy);
  }
  bool StartObject() { return ++depth_ <= max_depth && document_.StartObject(); }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    keys_.emplace_back(text, size);
    return document_.Key(text, size, copy);
  }
  bool EndObject(rapidjson::SizeType count) {
    --depth_;
    check_keys(std::span(keys_).last(count));
    keys_.resize(keys_.size() - count);
    return document_.EndObject(count);
  }
  bool StartArray() { return ++depth_ <= max_depth && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    return document_.EndArray(count);
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  void check_keys(std::span<const std::string_view> keys) {
    if (keys.size() > small_object) {
      const std::unordered_set<std::string_view> different(keys.begin(), keys.end(), keys.size());
      has_duplicates_ = has_duplicates_ || different.size() < keys.size();
      return;
    }
    for (std::size_t at = 1; at < keys.size(); ++at) {
      for (std::size_t earlier = 0; earlier < at; ++earlier) {
        if (keys[at] == keys[earlier]) has_duplicates_ = true;
      }
    }
  }

  rapidjson::Document& document_;
  std::vector<std::string_view> keys_;  ///< of the objects that are open
  std::size_t depth_ = 0;
  bool has_duplicates_ = false;
};

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

Tree::Tree(SourceText& source)
    : source_(source),
      buffer_(source.lend_to_parser()),
      has_unicode_escapes_(source.has_unicode_escapes()),
      memory_(piece_size(buffer_.size())),
      document_(&memory_) {
  Builder builder(document_);
  const auto parse = [&](rapidjson::Document&) {
    rapidjson::InsituStringStream stream(buffer_.data() + source_.begin());
    rapidjson::Reader reader;
    result_ = reader.Parse<parse_flags>(stream, builder);
    return !result_.IsError();
  };
  document_.Populate(parse);
  has_duplicates_ = builder.has_duplicates();
}

bool Tree::may_have_variables() const {
  // Parsed strings stand in the buffer without their escapes.
  for (std::size_t at = buffer_.find('$'); at != std::string::npos; at = buffer_.find('$', at + 1)) {
    if (buffer_[at + 1] == '{' || buffer_[at + 1] == '$') return true;  // its end is a NUL
  }
  return std::ranges::any_of(parts_, [](const auto& part) { return part->may_have_variables(); });
}

void Tree::replace(Json& string, std::string_view text) {
  replaced_.try_emplace(&string, offset_of_string(string));
  string.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), memory_);
}

const Tree& Tree::part_of(const Json& string) const {
  const std::less<> before_in_memory;
  const auto holds = [&](const std::string& buffer) {
    return !before_in_memory(string.GetString(), buffer.data()) &&
           before_in_memory(string.GetString(), buffer.data() + buffer.size());
  };
  if (parts_.empty() || holds(buffer_)) return *this;
  const auto part = std::ranges::find_if(parts_, [&](const auto& one) { return holds(one->buffer_); });
  DREAM_ASSERT(part != parts_.end());
  return **part;
}

const SourceText& Tree::source_of(SourceOffset offset) const {
  const SourceText* found = &source_;
  for (const std::unique_ptr<Tree>& part : parts_) {
    const SourceText& source = part->source_;
    if (source.base() <= offset.value && (source.base() > found->base() || found->base() > offset.value))
      found = &source;
  }
  return *found;
}

SourceOffset Tree::offset_of_string(const Json& string) const {
  if (!replaced_.empty()) {
    const auto replaced = replaced_.find(&string);
    if (replaced != replaced_.end()) return replaced->second;
  }
  const Tree& part = part_of(string);
  const auto offset = static_cast<std::size_t>(string.GetString() - part.buffer_.data()) - 1;
  return {offset + part.source_.base()};
}

SourceOffset Tree::offset_of(const Json& value) const {
  if (value.IsString()) return offset_of_string(value);
  if (value.IsObject() && value.MemberCount() > 0) {
    const Json& first = value.MemberBegin()->name;
    const SourceOffset first_key = offset_of_string(first);
    // Only strings have changed in the buffer: no need to ask for the text.
    const Tree& part = part_of(first);
    const std::string& text = part.buffer_;
    std::size_t brace = first_key.value - part.source_.base() - 1;
    while (text[brace] == ' ' || text[brace] == '\n' || text[brace] == '\r' || text[brace] == '\t') --brace;
    return text[brace] == '{' ? SourceOffset{brace + part.source_.base()} : first_key;
  }
  if (offsets_.empty()) find_offsets();
  const auto found = std::lower_bound(offsets_.begin(), offsets_.end(), std::pair(&value, std::size_t{0}));
  return found == offsets_.end() || found->first != &value ? SourceOffset{} : SourceOffset{found->second};
}

/// Of all but strings, which have theirs, and objects with members.
void Tree::find_offsets() const {
  if (root().IsObject() && root().MemberCount() > 0)
    find_offsets_in(root());
  else
    find_offsets_from(root(), source_.begin(), offsets_);
  std::sort(offsets_.begin(), offsets_.end());
}

/// An object may have members of several files: each is looked for behind its key.
void Tree::find_offsets_in(const Json& object) const {
  for (const Member& member : object.GetObject()) {
    if (member.value.IsString()) continue;
    if (member.value.IsObject() && member.value.MemberCount() > 0) {
      find_offsets_in(member.value);
      continue;
    }
    const Tree& part = part_of(member.name);
    const std::string_view text = part.source_.text();
    const std::size_t key = offset_of_string(member.name).value - part.source_.base();
    part.find_offsets_from(member.value, end_of_json_string(text, key + 1), offsets_);
  }
}

/// Walks a value and its text, which stands behind `at`, side by side. Whatever is in an array is of one
/// file.
void Tree::find_offsets_from(const Json& value, std::size_t at, Offsets& offsets) const {
  Scanner scanner(source_.text().substr(at));
  const auto next_offset = [&] {
    while (const auto token = scanner.next()) {
      const bool is_value = token->kind == Token::Kind::scalar || token->kind == Token::Kind::open;
      if (is_value) return token->offset + at + source_.base();
    }
    return SourceOffset::none;
  };
  std::vector<const Json*> waiting{&value};
  while (!waiting.empty()) {
    const Json& next = *waiting.back();
    waiting.pop_back();
    if (next.IsString()) continue;
    offsets.emplace_back(&next, next_offset());
    const std::size_t first_child = waiting.size();
    if (next.IsObject()) {
      for (const Member& member : next.GetObject()) waiting.push_back(&member.value);
    } else if (next.IsArray()) {
      for (const Json& element : next.GetArray()) waiting.push_back(&element);
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
