#include "config/text_edit.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "config/json.hpp"
#include "config/scanner.hpp"

namespace dream::config {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t none = std::string::npos;

/// From this many keys on, a new object has its first member on a line of its own.
constexpr std::size_t many_keys = 5;

}  // namespace

/// Where an object and its members stand in the text.
struct TextEdit::Object {
  struct Member {
    std::size_t key = 0;
    std::size_t key_end = 0;
    std::size_t value = 0;
    std::size_t end = 0;
    std::optional<std::size_t> comma;  ///< behind it
  };
  std::size_t open = 0;
  std::vector<Member> members;
  std::size_t close = 0;

  /// Behind the last member and its comma, or the brace.
  [[nodiscard]] std::size_t last() const {
    if (members.empty()) return open + 1;
    return members.back().comma ? *members.back().comma + 1 : members.back().end;
  }
};

TextEdit::TextEdit(std::string text) : text_(std::move(text)), line_end_("\n"), indentation_("  ") {
  Scanner scanner(text_);
  while (const auto token = scanner.next()) {  // what isn't JSON is a byte order mark
    if (token->kind != Token::Kind::open) continue;
    root_ = token->offset;
    break;
  }
  const std::size_t line = text_.find('\n');
  if (line != none && line > 0 && text_[line - 1] == '\r') line_end_ = "\r\n";
  const Object root = object_at(root_);
  if (!root.members.empty() && is_first_on_its_line(root.members.front().key)) {
    const std::string_view first = blanks_before(root.members.front().key);
    if (!first.empty()) indentation_ = first;
  }
}

bool TextEdit::is_object(std::size_t at) const {
  return at < text_.size() && text_[at] == '{';
}

/// `at`: its brace, or its first key.
TextEdit::Object TextEdit::object_at(std::size_t at) const {
  Object object;
  object.open = at;
  Scanner scanner(std::string_view(text_).substr(at));
  if (is_object(at)) static_cast<void>(scanner.next());
  int depth = 0;
  bool is_value = false;
  while (const auto token = scanner.next()) {
    const std::size_t begin = at + token->offset;
    if (depth == 0 && token->kind == Token::Kind::close) {
      object.close = begin;
      break;
    }
    if (depth == 0 && token->kind == Token::Kind::separator) {
      is_value = text_[begin] == ':';
      if (!is_value && !object.members.empty()) object.members.back().comma = begin;
      continue;
    }
    if (depth == 0 && !is_value) {
      object.members.push_back({begin, begin + token->size, 0, 0, {}});
      continue;
    }
    if (object.members.empty()) break;
    if (depth == 0) object.members.back().value = begin;
    if (token->kind == Token::Kind::open) ++depth;
    if (token->kind == Token::Kind::close) --depth;
    if (depth == 0) object.members.back().end = begin + token->size;
  }
  return object;
}

std::string TextEdit::key_of(const Object& object, std::size_t member) const {
  const auto& place = object.members[member];
  rapidjson::Document key;
  key.Parse(text_.data() + place.key, place.key_end - place.key);
  return key.IsString() ? std::string(text_of(key)) : std::string();
}

std::size_t TextEdit::find(const Object& object, std::string_view key) const {
  for (std::size_t at = 0; at < object.members.size(); ++at)
    if (key_of(object, at) == key) return at;
  return none;
}

std::vector<std::string> TextEdit::keys(std::span<const std::string> path) const {
  std::size_t at = root_;
  for (const std::string& key : path) {
    const Object object = object_at(at);
    const std::size_t member = find(object, key);
    if (member == none || !is_object(object.members[member].value)) return {};
    at = object.members[member].value;
  }
  const Object object = object_at(at);
  std::vector<std::string> all;
  for (std::size_t member = 0; member < object.members.size(); ++member)
    all.push_back(key_of(object, member));
  return all;
}

// ---- adding

void TextEdit::set(const Path& path, std::string_view value) {
  Object object = object_at(root_);
  for (std::size_t level = 0; level < path.size(); ++level) {
    const std::size_t member = find(object, path[level]);
    if (member == none) return insert(object, std::span(path).subspan(level), value);
    const auto& place = object.members[member];
    if (level + 1 == path.size())
      text_.replace(place.value, place.end - place.value, value);
    else
      object = object_at(place.value);
  }
}

/// The blanks that end there; of something that is first on its line its indentation.
std::string_view TextEdit::blanks_before(std::size_t at) const {
  const std::size_t other = at == 0 ? none : text_.find_last_not_of(blanks, at - 1);
  const std::size_t begin = other == none ? 0 : other + 1;
  return std::string_view(text_).substr(begin, at - begin);
}

bool TextEdit::is_first_on_its_line(std::size_t at) const {
  const std::size_t begin = at - blanks_before(at).size();
  return begin == 0 || text_[begin - 1] == '\n';
}

/// Where the line ends, if nothing but a comment follows there; else none.
std::size_t TextEdit::end_of_line_of(std::size_t at) const {
  while (true) {
    at = std::min(text_.find_first_not_of(blanks, at), text_.size());
    const std::string_view rest = std::string_view(text_).substr(at);
    if (rest.empty() || rest.starts_with('\n') || rest.starts_with("\r\n")) return at;
    if (rest.starts_with("//")) {
      at = std::min(text_.find('\n', at), text_.size());
      return at > 0 && text_[at - 1] == '\r' ? at - 1 : at;
    }
    if (!rest.starts_with("/*")) return none;
    const std::size_t end = text_.find("*/", at);
    if (end == none || rest.substr(0, end - at).find('\n') != none) return none;
    at = end + 2;
  }
}

/// `"a": { "b": value }`.
std::string TextEdit::nested(std::span<const std::string> keys, std::string_view value) const {
  std::string member = json_string(keys.front()) + ": ";
  if (keys.size() == 1) return member += value;
  return member + "{ " + nested(keys.subspan(1), value) + " }";
}

void TextEdit::insert(const Object& object, std::span<const std::string> keys, std::string_view value) {
  const std::string_view behind = std::string_view(text_).substr(object.last(), object.close - object.last());
  if (behind.find('\n') == none)
    insert_in_line(object, keys, value);
  else
    insert_line(object, keys, value);
}

void TextEdit::insert_in_line(const Object& object, std::span<const std::string> keys,
                              std::string_view value) {
  const bool needs_comma = !object.members.empty() && !object.members.back().comma;
  std::string added = (needs_comma ? ", " : " ") + nested(keys, value);
  const std::size_t at = object.last();
  if (blanks.find(text_[at]) == none && text_[at] != '\n' && text_[at] != '\r' && object.members.empty())
    added += ' ';
  text_.insert(at, added);
}

void TextEdit::insert_line(const Object& object, std::span<const std::string> keys, std::string_view value) {
  const bool is_first = object.members.empty();
  std::string indentation = std::string(blanks_before(object.close)) + indentation_;
  if (!is_first && is_first_on_its_line(object.members.back().key))
    indentation = blanks_before(object.members.back().key);
  std::string member = nested(keys, value);
  if (keys.size() >= many_keys)
    member = json_string(keys.front()) + ": {" + line_end_ + indentation + indentation_ +
             nested(keys.subspan(1), value) + line_end_ + indentation + "}";
  const bool had_comma = !is_first && object.members.back().comma;
  const std::string added = line_end_ + indentation + member + (had_comma ? "," : "");
  // Comments that stand alone stay with what stands before them.
  const std::size_t last = is_first ? text_.find_last_not_of(" \t\r\n", object.close - 1) + 1 : object.last();
  const std::size_t end = is_first ? last : end_of_line_of(last);
  text_.insert(end == none ? last : end, added);
  if (!is_first && !had_comma) text_.insert(object.members.back().end, ",");
}

// ---- taking away

bool TextEdit::remove(const Path& path) {
  Object object = object_at(root_);
  for (std::size_t level = 0; level + 1 < path.size(); ++level) {
    const std::size_t member = find(object, path[level]);
    if (member == none || !is_object(object.members[member].value)) return false;
    object = object_at(object.members[member].value);
  }
  return remove(object, path.back());
}

void TextEdit::remove(std::vector<SourceOffset> objects, std::string_view key) {
  std::ranges::sort(objects, std::greater(), &SourceOffset::value);  // those before stay where they are
  for (const SourceOffset at : objects) {
    if (at.value >= text_.size() || (!is_object(at.value) && text_[at.value] != '"')) continue;
    remove(object_at(at.value), key);
  }
}

bool TextEdit::remove(const Object& object, std::string_view key) {
  const std::size_t at = find(object, key);
  if (at == none) return false;
  const auto& member = object.members[at];
  std::size_t end = member.end;
  if (member.comma && text_.find_first_not_of(blanks, end) == *member.comma)
    end = *member.comma + 1;
  else if (member.comma)
    text_.erase(*member.comma, 1);
  erase_with_blanks(member.key, end, !member.comma);
  if (!member.comma && at > 0) text_.erase(*object.members[at - 1].comma, 1);
  return true;
}

void TextEdit::erase_with_blanks(std::size_t begin, std::size_t end, bool is_last) {
  const std::size_t before = begin - blanks_before(begin).size();
  const std::size_t behind = std::min(text_.find_first_not_of(blanks, end), text_.size());
  const std::string_view rest = std::string_view(text_).substr(behind);
  const std::size_t line_end = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
  if (line_end > 0 && is_first_on_its_line(begin)) {
    begin = before;
    end = behind + line_end;
  } else if (line_end > 0 || (is_last && !is_first_on_its_line(begin) && text_[before - 1] != '{')) {
    begin = before;
  } else {
    end = behind;
  }
  text_.erase(begin, end - begin);
}

}  // namespace dream::config
