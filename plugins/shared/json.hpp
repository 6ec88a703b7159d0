#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "json_file.hpp"

/// Reading JSON that may be anything: what isn't there is empty.
namespace dream::plugins {

using Json = rapidjson::Value;

/// A document of `text`; null when it is none.
[[nodiscard]] inline rapidjson::Document parse_json(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) document.SetNull();
  return document;
}

/// The same of a regular file.
[[nodiscard]] inline rapidjson::Document parse_json_file(const std::string& path) {
  const sdk::Result<std::string> text = read_text(path);
  return parse_json(text ? *text : std::string_view());
}

/// The value below `value` by member names; null when there is none.
[[nodiscard]] inline const Json& json_at(const Json& value, std::initializer_list<std::string_view> names) {
  static const Json null;
  const Json* at = &value;
  for (const std::string_view name : names) {
    if (!at->IsObject()) return null;
    const Json key(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    const auto found = at->FindMember(key);
    if (found == at->MemberEnd()) return null;
    at = &found->value;
  }
  return *at;
}

[[nodiscard]] inline std::string json_text(const Json& value, std::initializer_list<std::string_view> names) {
  const Json& found = json_at(value, names);
  return found.IsString() ? std::string(found.GetString(), found.GetStringLength()) : std::string();
}

[[nodiscard]] inline std::int64_t json_number(const Json& value,
                                              std::initializer_list<std::string_view> names) {
  const Json& found = json_at(value, names);
  return found.IsInt64() ? found.GetInt64() : 0;
}

[[nodiscard]] inline bool json_flag(const Json& value, std::initializer_list<std::string_view> names) {
  const Json& found = json_at(value, names);
  return found.IsBool() && found.GetBool();
}

/// The texts of a list.
[[nodiscard]] inline std::vector<std::string> json_texts(const Json& value,
                                                         std::initializer_list<std::string_view> names) {
  std::vector<std::string> texts;
  const Json& found = json_at(value, names);
  if (!found.IsArray()) return texts;
  for (const Json& one : found.GetArray())
    if (one.IsString()) texts.push_back(json_text(one, {}));
  return texts;
}

[[nodiscard]] inline std::string to_text(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace dream::plugins
