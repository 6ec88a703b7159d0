#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Lines of JSON that somebody else has written: what isn't as it should be counts as not there.
namespace dream::control {

using Json = rapidjson::Value;

/// An empty object where the line is none. Without recursion, however deeply it is nested.
[[nodiscard]] inline rapidjson::Document parse_line(std::string_view line) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) document.SetObject();
  return document;
}

/// Null: there is none.
[[nodiscard]] inline const Json* member_of(const Json& object, const char* key) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

[[nodiscard]] inline std::string text_at(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength())
                                               : std::string();
}

[[nodiscard]] inline std::int64_t number_at(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

[[nodiscard]] inline bool flag_at(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  return value != nullptr && value->IsBool() && value->GetBool();
}

/// The strings of an array.
[[nodiscard]] inline std::vector<std::string> texts_at(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const Json* array = member_of(object, key);
  if (array == nullptr || !array->IsArray()) return texts;
  for (const Json& text : array->GetArray())
    if (text.IsString()) texts.emplace_back(text.GetString(), text.GetStringLength());
  return texts;
}

/// What `"text"` or `"base64"` has in it; nothing: its `base64` is none.
[[nodiscard]] std::optional<std::string> read_bytes(const Json& object);
/// The same of what dream itself has written.
[[nodiscard]] std::string bytes_at(const Json& object);

}  // namespace dream::control
