#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <span>
#include <system_error>
#include <unordered_map>

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/json.hpp"

namespace dream::config {

namespace {

/// The first token of a JSON pointer, unescaped; `pointer` becomes what follows it.
std::string take_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  std::string token;
  while (!pointer.empty() && pointer.front() != '/') {
    char c = pointer.front();
    pointer.remove_prefix(1);
    if (c == '~' && !pointer.empty() && (pointer.front() == '0' || pointer.front() == '1')) {
      c = pointer.front() == '0' ? '~' : '/';
      pointer.remove_prefix(1);
    }
    token += c;
  }
  return token;
}

struct Found {
  const Json* value = nullptr;  ///< nullptr: the pointer leads nowhere
  SourceOffset offset;
};

Found child_of(const Tree& tree, const Json& parent, const std::string& token) {
  if (parent.IsObject()) {
    const Member* member = tree.find(parent, token);
    return member == nullptr ? Found{} : Found{&member->value, tree.offset_of(member->name)};
  }
  rapidjson::SizeType index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_index = error == std::errc{} && end == token.data() + token.size();
  if (!parent.IsArray() || !is_index || index >= parent.Size()) return {};
  return {&parent[index], tree.offset_of(parent[index])};
}

Found resolve(const Tree& tree, Found from, std::string_view pointer) {
  while (from.value != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return {};
    from = child_of(tree, *from.value, take_token(pointer));
  }
  return from;
}

Found resolve(const Tree& tree, std::string_view pointer) {
  return resolve(tree, {&tree.root(), {}}, pointer);
}

/// The value in the highest layer that sets it.
Found find_option(const Tree& tree, std::span<const OptionsPointer> layers, std::string_view pointer) {
  for (std::size_t above = layers.size(); above > 0; --above) {
    const Found found = resolve(tree, resolve(tree, layers[above - 1]), pointer);
    // A null removes what a lower layer says: it sets nothing.
    if (found.value != nullptr && !found.value->IsNull()) return found;
  }
  return {};
}

/// Erasing them one by one would move all behind them each time.
void drop_nulls(Json& object, rapidjson::MemoryPoolAllocator<>& memory) {
  Json kept(rapidjson::kObjectType);
  for (Member& member : members_of(object)) {
    if (!member.value.IsNull()) kept.AddMember(member.name, member.value, memory);
  }
  object.Swap(kept);
}

/// RFC 7396: `patch` changes `target`. The tree's strings are shared, not copied.
void merge(Json& target, const Json& patch, rapidjson::MemoryPoolAllocator<>& memory) {
  if (!patch.IsObject()) {
    target.CopyFrom(patch, memory);
    return;
  }
  if (!target.IsObject()) target.SetObject();
  std::unordered_map<std::string_view, std::size_t> known;
  for (const Member& member : members_of(target)) known.emplace(text_of(member.name), known.size());
  bool has_nulls = false;
  for (const Member& change : patch.GetObject()) {
    const auto existing = known.find(text_of(change.name));
    if (existing == known.end() && change.value.IsNull()) continue;
    if (existing != known.end()) {
      Json& value = members_of(target)[existing->second].value;
      has_nulls = has_nulls || change.value.IsNull();
      merge(value, change.value, memory);
    } else {
      known.emplace(text_of(change.name), known.size());
      Json name(change.name, memory);
      Json value;
      merge(value, change.value, memory);
      target.AddMember(name, value, memory);
    }
  }
  if (has_nulls) drop_nulls(target, memory);
}

}  // namespace

std::string Document::options(std::span<const OptionsPointer> layers) const {
  rapidjson::Document merged(rapidjson::kObjectType);
  for (const OptionsPointer& layer : layers) {
    if (tree_ == nullptr) break;
    const Json* patch = resolve(*tree_, layer).value;
    if (patch != nullptr && patch->IsObject()) merge(merged, *patch, merged.GetAllocator());
  }
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  merged.Accept(writer);
  return {text.GetString(), text.GetSize()};
}

SourceOffset Document::locate_option(std::span<const OptionsPointer> layers, std::string_view pointer) const {
  if (tree_ == nullptr) return {};
  while (true) {
    if (const Found found = find_option(*tree_, layers, pointer); found.value != nullptr) return found.offset;
    if (pointer.empty()) return {};
    const std::size_t last = pointer.rfind('/');
    pointer = pointer.substr(0, last == std::string_view::npos ? 0 : last);
  }
}

std::string Document::masked_option(std::span<const OptionsPointer> layers, std::string_view pointer,
                                    std::string message) const {
  const Found found = tree_ == nullptr ? Found{} : find_option(*tree_, layers, pointer);
  if (found.value == nullptr || !found.value->IsString()) return message;
  if (!tree_->is_replaced(*found.value) && !names_secret(pointer.substr(pointer.rfind('/') + 1)))
    return message;
  const std::string quoted = in_quotes(text_of(*found.value));
  const std::size_t at = message.find(quoted);
  if (at != std::string::npos) message.replace(at, quoted.size(), in_quotes(mask));
  return message;
}

}  // namespace dream::config
