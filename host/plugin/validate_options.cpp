#include "plugin/validate_options.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/value_words.hpp"

namespace dream::plugin {

namespace {

using rapidjson::Value;

const Value* member(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string_view text_in(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::string json_of(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string type_words(std::string_view type) {
  if (type == "string") return "a string";
  if (type == "boolean") return "true or false";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "array") return "an array";
  if (type == "object") return "an object";
  return std::string(type);
}

/// The types that a schema's `type` or `anyOf`/`oneOf` allows, in words; empty: nothing that can be said.
void collect_types(const Value& schema, std::vector<std::string>& words) {
  if (const Value* type = member(schema, "type")) {
    if (type->IsString()) words.push_back(type_words(text_in(*type)));
    if (type->IsArray()) {
      for (const Value& one : type->GetArray()) {
        if (one.IsString()) words.push_back(type_words(text_in(one)));
      }
    }
  }
  for (const char* choice : {"anyOf", "oneOf"}) {
    const Value* alternatives = member(schema, choice);
    if (alternatives == nullptr || !alternatives->IsArray()) continue;
    for (const Value& one : alternatives->GetArray()) collect_types(one, words);
  }
}

/// "a, b or c".
std::string one_of(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? std::string() : words.front();
  return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

struct Problem {
  std::string message;
  std::string hint = {};
};

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest);
}

Problem unknown_option(const Value& schema, std::string_view name) {
  std::vector<std::string> known;
  if (const Value* properties = member(schema, "properties");
      properties != nullptr && properties->IsObject()) {
    for (const auto& property : properties->GetObject()) known.emplace_back(text_in(property.name));
  }
  Problem problem{fmt::format("there is no option \"{}\"", name), did_you_mean(name, known)};
  if (problem.hint.empty()) {
    problem.hint = known.empty() ? "there are no options here" : "there are " + join_words(known);
  }
  return problem;
}

Problem missing_option(const Value& schema, const Value& found) {
  std::vector<std::string> missing;
  if (const Value* required = member(schema, "required"); required != nullptr && required->IsArray()) {
    for (const Value& name : required->GetArray()) {
      if (name.IsString() && member(found, name.GetString()) == nullptr) {
        missing.push_back(fmt::format("\"{}\"", text_in(name)));
      }
    }
  }
  return {fmt::format("{} {} missing", join_words(missing), missing.size() == 1 ? "is" : "are")};
}

Problem not_in_enum(const Value& schema, const Value& found) {
  std::vector<std::string> allowed;
  std::vector<std::string> names;
  if (const Value* values = member(schema, "enum"); values != nullptr && values->IsArray()) {
    for (const Value& value : values->GetArray()) {
      allowed.push_back(json_of(value));
      if (value.IsString()) names.emplace_back(text_in(value));
    }
  }
  return {fmt::format("expected {}, found {}", one_of(allowed), value_words(found)),
          found.IsString() ? did_you_mean(text_in(found), names) : ""};
}

/// What a keyword with one number or text expects: "at least 2".
std::string limit_words(std::string_view keyword, const Value& limit) {
  const std::string text = limit.IsString() ? std::string(text_in(limit)) : json_of(limit);
  if (keyword == "minimum") return "at least " + text;
  if (keyword == "maximum") return "at most " + text;
  if (keyword == "multipleOf") return "a multiple of " + text;
  if (keyword == "minLength") return "a string of at least " + text + " characters";
  if (keyword == "maxLength") return "a string of at most " + text + " characters";
  if (keyword == "minItems") return "at least " + text + " elements";
  if (keyword == "maxItems") return "at most " + text + " elements";
  if (keyword == "minProperties") return "at least " + text + " members";
  if (keyword == "maxProperties") return "at most " + text + " members";
  if (keyword == "pattern") return "a string that matches " + text;
  return {};
}

Problem explain(std::string_view keyword, const Value& schema, const Value& found) {
  if (keyword == "required") return missing_option(schema, found);
  if (keyword == "enum") return not_in_enum(schema, found);
  if (keyword == "uniqueItems") return {"stands there more than once"};
  if (keyword == "type" || keyword == "anyOf" || keyword == "oneOf") {
    std::vector<std::string> types;
    collect_types(schema, types);
    if (!types.empty()) return {fmt::format("expected {}, found {}", one_of(types), value_words(found))};
  }
  if (const Value* limit = member(schema, std::string(keyword).c_str())) {
    const std::string words = limit_words(keyword, *limit);
    if (!words.empty()) return {fmt::format("expected {}, found {}", words, value_words(found))};
  }
  if (const Value* description = member(schema, "description");
      description != nullptr && description->IsString()) {
    return {fmt::format("expected {}, found {}", text_in(*description), value_words(found))};
  }
  return {fmt::format("{} doesn't fit the schema's \"{}\"", value_words(found), keyword)};
}

std::string pointer_text(const rapidjson::Pointer& pointer) {
  rapidjson::StringBuffer buffer;
  pointer.Stringify(buffer);
  return {buffer.GetString(), buffer.GetSize()};
}

bool has_type(const Value& schema, const Value& value) {
  const Value* type = member(schema, "type");
  if (type == nullptr || !type->IsString()) return false;
  const std::string_view name = text_in(*type);
  return (name == "object" && value.IsObject()) || (name == "array" && value.IsArray()) ||
         (name == "string" && value.IsString()) || (name == "number" && value.IsNumber()) ||
         (name == "integer" && (value.IsInt64() || value.IsUint64())) ||
         (name == "boolean" && value.IsBool());
}

/// Of several schemas, the only one that is for values of this type; nullptr: none, or more.
const Value* schema_of_type(const Value& alternatives, const Value& value) {
  if (!alternatives.IsArray()) return nullptr;
  const auto fits = [&](const Value& one) { return has_type(one, value); };
  const Value* only = std::find_if(alternatives.Begin(), alternatives.End(), fits);
  if (only == alternatives.End() || std::find_if(only + 1, alternatives.End(), fits) != alternatives.End())
    return nullptr;
  return only;
}

Error describe(const rapidjson::SchemaValidator& validator, const Value& schema, const Value& options);

/// What is wrong by one of several schemas.
std::optional<Error> describe_inner(const Value& root, const Value& rule, const std::string& keyword,
                                    const Value& found, const std::string& where) {
  const Value* alternatives = member(rule, keyword.c_str());
  const Value* only = alternatives == nullptr ? nullptr : schema_of_type(*alternatives, found);
  if (only == nullptr) return std::nullopt;
  rapidjson::Document inner;
  inner.CopyFrom(*only, inner.GetAllocator());
  if (const Value* definitions = member(root, "definitions")) {
    inner.AddMember("definitions", Value(*definitions, inner.GetAllocator()), inner.GetAllocator());
  }
  const rapidjson::SchemaDocument rules(inner);
  rapidjson::SchemaValidator validator(rules);
  if (found.Accept(validator)) return std::nullopt;  // it fits a second one as well
  Error error = describe(validator, inner, found);
  error.where = where + error.where;
  return error;
}

Error describe(const rapidjson::SchemaValidator& validator, const Value& schema, const Value& options) {
  const rapidjson::Pointer where = validator.GetInvalidDocumentPointer();
  const std::string keyword = validator.GetInvalidSchemaKeyword();
  const Value* rule = validator.GetInvalidSchemaPointer().Get(schema);
  const Value* found = where.Get(options);
  if (rule != nullptr && found != nullptr) {
    if (auto inner = describe_inner(schema, *rule, keyword, *found, pointer_text(where))) return *inner;
  }
  Problem problem{fmt::format("doesn't fit the schema's \"{}\"", keyword)};
  if (rule != nullptr && keyword == "additionalProperties") {
    const auto& name = where.GetTokens()[where.GetTokenCount() - 1];
    problem = unknown_option(*rule, {name.name, name.length});
  } else if (rule != nullptr && found != nullptr) {
    problem = explain(keyword, *rule, *found);
  }
  return {ErrorCode::configuration, std::move(problem.message), pointer_text(where), std::move(problem.hint)};
}

bool parse_object(const std::string& text, rapidjson::Document& document) {
  // Iterative: no nesting, however deep, may overflow the stack.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                         text.size());
  return !document.HasParseError() && document.IsObject();
}

/// Whether a regular expression ends within a group.
bool leaves_group_open(std::string_view pattern) {
  std::size_t open = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (in_class || c == '[') {
      in_class = c != ']';
    } else if (c == '(') {
      ++open;
    } else if (c == ')' && open > 0) {
      --open;
    }
  }
  return open > 0;
}

/// RapidJSON 1.1 compiles every object of a schema, also one that is a value; and crashes of such a pattern.
bool has_open_group(const Value& value) {
  if (value.IsArray()) return std::ranges::any_of(value.GetArray(), has_open_group);
  if (!value.IsObject()) return false;
  return std::ranges::any_of(value.GetObject(), [](const auto& member) {
    const bool is_pattern = member.value.IsString() && text_in(member.name) == "pattern";
    return is_pattern ? leaves_group_open(text_in(member.value)) : has_open_group(member.value);
  });
}

/// What else RapidJSON goes astray in, in a schema or one within it; nullptr: nothing.
const char* unsupported_in(const Value& schema) {
  const char* found = nullptr;
  const auto look_at = [&](const Value& inner) { return (found = unsupported_in(inner)) != nullptr; };
  const auto look_at_named = [&](const auto& member) { return look_at(member.value); };
  const auto look_at_member = [&](const auto& member) {
    const std::string_view word = text_in(member.name);
    const bool is_list = word == "allOf" || word == "anyOf" || word == "oneOf" || word == "items";
    const bool by_name = word == "properties" || word == "definitions" || word == "dependencies";
    if (word == "enum" || word == "default" || word == "examples") return false;
    if (word == "patternProperties") {
      found = "patternProperties";
    } else if (is_list && member.value.IsArray() &&
               !std::ranges::all_of(member.value.GetArray(), &Value::IsObject)) {
      found = "what is no schema in a list of schemas";
    } else if (by_name && member.value.IsObject()) {
      return std::ranges::any_of(member.value.GetObject(), look_at_named);
    } else {
      return look_at(member.value);
    }
    return true;
  };
  if (schema.IsArray()) {
    static_cast<void>(std::ranges::any_of(schema.GetArray(), look_at));
  } else if (schema.IsObject()) {
    static_cast<void>(std::ranges::any_of(schema.GetObject(), look_at_member));
  }
  return found;
}

}  // namespace

Result<void> validate_options(const std::string& schema, const std::string& options_json) {
  rapidjson::Document options;
  if (!parse_object(options_json, options)) {
    return Error{ErrorCode::configuration, "the options are not a JSON object", "", ""};
  }
  if (schema.empty()) return {};
  rapidjson::Document rules;
  if (!parse_object(schema, rules)) {
    return Error{ErrorCode::plugin, "the plugin's schema of its options is not a JSON object", "",
                 "tell the author of the plugin"};
  }
  const char* unsupported = has_open_group(rules) ? "a pattern with an open group" : unsupported_in(rules);
  if (unsupported != nullptr) {
    return Error{ErrorCode::plugin,
                 fmt::format("the plugin's schema of its options has {}, which isn't supported", unsupported),
                 "", "tell the author of the plugin"};
  }
  const rapidjson::SchemaDocument compiled(rules);
  rapidjson::SchemaValidator validator(compiled);
  if (options.Accept(validator)) return {};
  return describe(validator, rules, options);
}

}  // namespace dream::plugin
