/// Typed access to the options of a plugin. Needs the headers of RapidJSON (Debian: rapidjson-dev).
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dream::sdk {

/// The options of a task, or an object in them. The host has checked them against the plugin's schema, so
/// what isn't there, or isn't what was asked for, is simply not set.
class Options {
 public:
  /// `json` is what Task::options() gives.
  explicit Options(std::string_view json) {
    document_.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    if (document_.HasParseError() || !document_.IsObject()) document_.SetObject();
  }

  [[nodiscard]] bool has(const char* name) const { return find(name) != nullptr; }

  [[nodiscard]] std::optional<std::string> text(const char* name) const {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsString()) return std::nullopt;
    return text_of(*value);
  }

  [[nodiscard]] std::optional<bool> flag(const char* name) const {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsBool()) return std::nullopt;
    return value->GetBool();
  }

  [[nodiscard]] std::optional<std::int64_t> number(const char* name) const {
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsInt64()) return std::nullopt;
    return value->GetInt64();
  }

  /// An array of strings; a lone string is an array of one.
  [[nodiscard]] std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return all;
    if (value->IsString()) all.push_back(text_of(*value));
    if (value->IsArray()) {
      for (const rapidjson::Value& element : value->GetArray()) {
        if (element.IsString()) all.push_back(text_of(element));
      }
    }
    return all;
  }

  /// An object of strings.
  [[nodiscard]] std::map<std::string, std::string> table(const char* name) const {
    std::map<std::string, std::string> all;
    const rapidjson::Value* value = find(name);
    if (value == nullptr || !value->IsObject()) return all;
    for (const auto& member : value->GetObject()) {
      if (member.value.IsString()) all.emplace(text_of(member.name), text_of(member.value));
    }
    return all;
  }

  /// Whatever the functions above don't cover.
  [[nodiscard]] const rapidjson::Value& json() const { return document_; }

 private:
  static std::string text_of(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
  }

  [[nodiscard]] const rapidjson::Value* find(const char* name) const {
    const rapidjson::Value& object = document_;
    const auto found = object.FindMember(name);
    return found == object.MemberEnd() ? nullptr : &found->value;
  }

  rapidjson::Document document_;
};

}  // namespace dream::sdk
