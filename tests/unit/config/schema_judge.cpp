#include "unit/config/schema_judge.hpp"

#include <rapidjson/pointer.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>

namespace dream::config {

namespace {

using rapidjson::SizeType;
using rapidjson::Value;

std::string text_of(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

bool has_type(const Value& types, const Value& value) {
  if (types.IsArray())
    return std::any_of(types.Begin(), types.End(), [&](const Value& type) { return has_type(type, value); });
  const std::string type = text_of(types);
  if (type == "object") return value.IsObject();
  if (type == "array") return value.IsArray();
  if (type == "string") return value.IsString();
  if (type == "number") return value.IsNumber();
  if (type == "integer") return value.IsNumber() && std::trunc(value.GetDouble()) == value.GetDouble();
  if (type == "boolean") return value.IsBool();
  if (type == "null") return value.IsNull();
  throw std::logic_error("type " + type);
}

bool matches(const std::string& pattern, const std::string& text) {
  static std::map<std::string, std::regex> compiled;
  const auto regex = compiled.try_emplace(pattern, pattern).first;
  return std::regex_search(text, regex->second);
}

class Judge {
 public:
  explicit Judge(const Value& root) : root_(root) {}

  [[nodiscard]] bool accepts(const Value& schema, const Value& value) const {
    // By the letter, "$ref" stands alone.
    if (schema.HasMember("$ref")) {
      const Value* target = rapidjson::Pointer(text_of(schema["$ref"])).Get(root_);
      if (target == nullptr) throw std::logic_error("$ref " + text_of(schema["$ref"]));
      return accepts(*target, value);
    }
    return std::all_of(schema.MemberBegin(), schema.MemberEnd(), [&](const auto& member) {
      return keeps(text_of(member.name), member.value, schema, value);
    });
  }

 private:
  using Rule = std::function<bool(const Value& limit, const Value& schema, const Value& value)>;

  [[nodiscard]] bool keeps(const std::string& keyword, const Value& limit, const Value& schema,
                           const Value& value) const {
    for (const char* word :
         {"$schema", "$id", "title", "description", "definitions", "default", "examples"}) {
      if (keyword == word) return true;
    }
    // Those of VS Code, for what it shows.
    for (const char* word : {"errorMessage", "patternErrorMessage", "enumDescriptions", "doNotSuggest"}) {
      if (keyword == word) return true;
    }
    const auto rule = rules_.find(keyword);
    if (rule == rules_.end()) throw std::logic_error("keyword " + keyword);
    return rule->second(limit, schema, value);
  }

  /// What `properties` and `patternProperties` say about a member, and for those neither speaks of, the rest.
  [[nodiscard]] bool keeps_member(const Value& schema, const Value& name, const Value& value) const {
    bool is_known = false;
    if (schema.HasMember("properties") && schema["properties"].HasMember(name)) {
      is_known = true;
      if (!accepts(schema["properties"][name], value)) return false;
    }
    if (schema.HasMember("patternProperties")) {
      for (const auto& entry : schema["patternProperties"].GetObject()) {
        if (!matches(text_of(entry.name), text_of(name))) continue;
        is_known = true;
        if (!accepts(entry.value, value)) return false;
      }
    }
    if (is_known || !schema.HasMember("additionalProperties")) return true;
    const Value& others = schema["additionalProperties"];
    return others.IsBool() ? others.GetBool() : accepts(others, value);
  }

  [[nodiscard]] bool keeps_members(const Value& schema, const Value& value) const {
    if (!value.IsObject()) return true;
    return std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& member) { return keeps_member(schema, member.name, member.value); });
  }

  [[nodiscard]] bool keeps_items(const Value& items, const Value& schema, const Value& value) const {
    if (!value.IsArray()) return true;
    for (SizeType at = 0; at < value.Size(); ++at) {
      const bool is_listed = items.IsArray() && at < items.Size();
      const Value* rule = is_listed                             ? &items[at]
                          : items.IsObject()                    ? &items
                          : schema.HasMember("additionalItems") ? &schema["additionalItems"]
                                                                : nullptr;
      if (rule != nullptr && !accepts(*rule, value[at])) return false;
    }
    return true;
  }

  const Value& root_;
  const std::map<std::string, Rule> rules_{
      {"type", [](auto& limit, auto&, auto& value) { return has_type(limit, value); }},
      {"properties", [this](auto&, auto& schema, auto& value) { return keeps_members(schema, value); }},
      // The three are one rule: the first that is there has done it.
      {"patternProperties",
       [this](auto&, auto& schema, auto& value) {
         return schema.HasMember("properties") || keeps_members(schema, value);
       }},
      {"additionalProperties",
       [this](auto&, auto& schema, auto& value) {
         return schema.HasMember("properties") || schema.HasMember("patternProperties") ||
                keeps_members(schema, value);
       }},
      {"propertyNames",
       [this](auto& limit, auto&, auto& value) {
         return !value.IsObject() ||
                std::all_of(value.MemberBegin(), value.MemberEnd(),
                            [&](const auto& member) { return accepts(limit, member.name); });
       }},
      {"required",
       [](auto& limit, auto&, auto& value) {
         return !value.IsObject() || std::all_of(limit.Begin(), limit.End(),
                                                 [&](const Value& name) { return value.HasMember(name); });
       }},
      {"items", [this](auto& limit, auto& schema, auto& value) { return keeps_items(limit, schema, value); }},
      {"additionalItems", [](auto&, auto&, auto&) { return true; }},  // with items
      {"minItems",
       [](auto& limit, auto&, auto& value) { return !value.IsArray() || value.Size() >= limit.GetUint(); }},
      {"maxItems",
       [](auto& limit, auto&, auto& value) { return !value.IsArray() || value.Size() <= limit.GetUint(); }},
      {"minProperties",
       [](auto& limit, auto&, auto& value) {
         return !value.IsObject() || value.MemberCount() >= limit.GetUint();
       }},
      {"maxProperties",
       [](auto& limit, auto&, auto& value) {
         return !value.IsObject() || value.MemberCount() <= limit.GetUint();
       }},
      // 1 and 253 are the only limits: that characters are not bytes doesn't matter.
      {"maxLength",
       [](auto& limit, auto&, auto& value) {
         return !value.IsString() || value.GetStringLength() <= limit.GetUint();
       }},
      {"minLength",
       [](auto& limit, auto&, auto& value) {
         return !value.IsString() || value.GetStringLength() >= limit.GetUint();
       }},
      {"pattern", [](auto& limit, auto&,
                     auto& value) { return !value.IsString() || matches(text_of(limit), text_of(value)); }},
      {"minimum", [](auto& limit, auto&,
                     auto& value) { return !value.IsNumber() || value.GetDouble() >= limit.GetDouble(); }},
      {"maximum", [](auto& limit, auto&,
                     auto& value) { return !value.IsNumber() || value.GetDouble() <= limit.GetDouble(); }},
      {"multipleOf",
       [](auto& limit, auto&, auto& value) {
         return !value.IsNumber() || std::fmod(value.GetDouble(), limit.GetDouble()) == 0;
       }},
      {"enum",
       [](auto& limit, auto&, auto& value) {
         return std::any_of(limit.Begin(), limit.End(), [&](const Value& one) { return one == value; });
       }},
      {"if",
       [this](auto& limit, auto& schema, auto& value) {
         const char* branch = accepts(limit, value) ? "then" : "else";
         return !schema.HasMember(branch) || accepts(schema[branch], value);
       }},
      {"then", [](auto&, auto&, auto&) { return true; }},  // with if
      {"else", [](auto&, auto&, auto&) { return true; }},
      {"not", [this](auto& limit, auto&, auto& value) { return !accepts(limit, value); }},
      {"anyOf",
       [this](auto& limit, auto&, auto& value) {
         return std::any_of(limit.Begin(), limit.End(),
                            [&](const Value& one) { return accepts(one, value); });
       }},
      {"allOf",
       [this](auto& limit, auto&, auto& value) {
         return std::all_of(limit.Begin(), limit.End(),
                            [&](const Value& one) { return accepts(one, value); });
       }},
  };
};

}  // namespace

bool schema_accepts(const Value& schema, const Value& value) {
  return Judge(schema).accepts(schema, value);
}

}  // namespace dream::config
