#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
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
  return false;
}

void Tree::replace(Json& string, std::string_view text) {
  replaced_.try_emplace(&string, offset_of_string(string));
  string.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), memory_);
}

SourceOffset Tree::offset_of_string(const Json& string) const {
  if (!replaced_.empty()) {
    const auto replaced = replaced_.find(&string);
    if (replaced != replaced_.end()) return replaced->second;
  }
  return {static_cast<std::size_t>(string.GetString() - buffer_.data()) - 1};
}

SourceOffset Tree::offset_of(const Json& value) const {
  if (value.IsString()) return offset_of_string(value);
  if (value.IsObject() && value.MemberCount() > 0) {
    const SourceOffset first_key = offset_of_string(value.MemberBegin()->name);
    // Only strings have changed in the buffer: no need to ask for the text.
    const std::string& text = buffer_;
    std::size_t brace = first_key.value - 1;
    while (text[brace] == ' ' || text[brace] == '\n' || text[brace] == '\r' || text[brace] == '\t') --brace;
    return text[brace] == '{' ? SourceOffset{brace} : first_key;
  }
  if (offsets_.empty()) find_offsets();
  const auto found = std::lower_bound(offsets_.begin(), offsets_.end(), std::pair(&value, std::size_t{0}));
  return found == offsets_.end() || found->first != &value ? SourceOffset{} : SourceOffset{found->second};
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
    offsets_.emplace_back(&value, next_offset());
    const std::size_t first_child = waiting.size();
    if (value.IsObject()) {
      for (const Member& member : value.GetObject()) waiting.push_back(&member.value);
    } else if (value.IsArray()) {
      for (const Json& element : value.GetArray()) waiting.push_back(&element);
    }
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(first_child), waiting.end());
  }
  std::sort(offsets_.begin(), offsets_.end());
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
