#include "cli/schema/executor_rules.hpp"

#include <rapidjson/pointer.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace dream::cli {

namespace {

using rapidjson::Value;
using Memory = rapidjson::Document::AllocatorType;

/// Where the options of the executor @ stand in a dream.json. A task without an executor has that of `tasks`,
/// and only then that of its project: what a project's tasks inherit is known where `tasks` names none.
constexpr const char* rules = R"({
  "@.named": { "properties": { "executor": { "enum": ["@"] } }, "required": ["executor"] },
  "@.own": { "properties": { "options": { "$ref": "#/definitions/@.options" } } },
  "@.namingTask": {
    "if": { "$ref": "#/definitions/@.named" },
    "then": { "$ref": "#/definitions/@.own" }
  },
  "@.inheriting": {
    "properties": {
      "tasks": {
        "additionalProperties": {
          "if": { "not": { "required": ["executor"] } },
          "then": { "$ref": "#/definitions/@.own" }
        }
      }
    }
  },
  "@.project": {
    "properties": { "tasks": { "additionalProperties": { "$ref": "#/definitions/@.namingTask" } } },
    "if": { "$ref": "#/definitions/@.named" },
    "then": { "$ref": "#/definitions/@.own" }
  },
  "@.projectAndTasks": {
    "if": { "$ref": "#/definitions/@.named" },
    "then": { "$ref": "#/definitions/@.inheriting" }
  },
  "@.silentProject": {
    "if": { "not": { "required": ["executor"] } },
    "then": { "$ref": "#/definitions/@.own" }
  },
  "@.silentProjectAndTasks": {
    "if": { "not": { "required": ["executor"] } },
    "then": { "$ref": "#/definitions/@.inheriting" }
  },
  "@.file": {
    "properties": {
      "executors": {
        "properties": {
          "@": {
            "description": "The @ executor, for the whole workspace.",
            "properties": { "options": { "$ref": "#/definitions/@.options" } }
          }
        }
      },
      "tasks": { "additionalProperties": { "$ref": "#/definitions/@.namingTask" } },
      "projects": { "additionalProperties": { "$ref": "#/definitions/@.project" } }
    },
    "if": { "$ref": "#/definitions/@.named" },
    "then": { "properties": { "projects": { "additionalProperties": { "$ref": "#/definitions/@.silentProject" } } } },
    "allOf": [
      {
        "if": { "properties": { "tasks": { "additionalProperties": { "not": { "required": ["executor"] } } } } },
        "then": {
          "properties": { "projects": { "additionalProperties": { "$ref": "#/definitions/@.projectAndTasks" } } },
          "if": { "$ref": "#/definitions/@.named" },
          "then": {
            "properties": { "projects": { "additionalProperties": { "$ref": "#/definitions/@.silentProjectAndTasks" } } }
          }
        }
      }
    ]
  }
})";

/// The rules of a whole file are those of the executor, unless it brings another plugin of this name.
constexpr const char* condition = R"({
  "if": {
    "properties": { "executors": { "properties": { "@": { "required": ["plugin"] } }, "required": ["@"] } },
    "required": ["executors"]
  },
  "else": { "$ref": "#/definitions/@.file" }
})";

/// The executor of whoever names none, offered and not enforced.
constexpr const char* usual = R"({
  "if": { "not": { "required": ["executor"] } },
  "then": {
    "properties": {
      "projects": {
        "additionalProperties": {
          "if": { "not": { "required": ["executor"] } },
          "then": {
            "properties": {
              "options": { "$ref": "#/definitions/@.offer" },
              "tasks": {
                "additionalProperties": {
                  "if": { "not": { "required": ["executor"] } },
                  "then": { "properties": { "options": { "$ref": "#/definitions/@.offer" } } }
                }
              }
            }
          }
        }
      }
    }
  }
})";

Value parsed(std::string text, const std::string& name, Memory& memory) {
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + name.size()))
    text.replace(at, 1, name);
  rapidjson::Document document(&memory);
  document.Parse(text.c_str());
  Value value;
  value.Swap(document);
  return value;
}

std::string_view text_of(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

/// Makes of a plugin's schema, which is for options that are merged and expanded, one for what is written in
/// one place: any may be missing, `null` takes one away, and `${NAME}` in a string may become anything.
class Written {
 public:
  Written(const Value& root, Memory& memory) : root_(root), memory_(memory) {}

  [[nodiscard]] Value schema(const Value& from) const {
    Value made(rapidjson::kObjectType);
    if (from.HasMember("$ref")) {
      const Value* target = rapidjson::Pointer(from["$ref"].GetString()).Get(root_);
      if (target == nullptr) throw std::runtime_error("$ref to " + std::string(text_of(from["$ref"])));
      made = schema(*target);
    }
    for (const auto& member : from.GetObject()) {
      const std::string_view word = text_of(member.name);
      constexpr std::array left_out{"$ref", "$schema", "definitions", "title", "required"};
      if (std::ranges::find(left_out, word) != left_out.end()) continue;
      add(made, word, value_of(word, member.value));
    }
    if (made.HasMember("enum")) allow_variables(made);
    return made;
  }

 private:
  [[nodiscard]] Value value_of(std::string_view word, const Value& from) const {
    if (word == "properties") return each(from, true);
    if (word == "anyOf" || word == "oneOf" || word == "allOf") return each(from, false);
    if (word == "items") return from.IsArray() ? each(from, false) : schema(from);
    if (word == "additionalProperties" && from.IsObject()) return or_null(schema(from));
    if (word == "pattern") return copy(std::string(text_of(from)) + R"(|\$\{)");
    return {from, memory_};
  }

  /// Each schema of an object or an array.
  [[nodiscard]] Value each(const Value& from, bool may_be_null) const {
    Value made(from.GetType());
    const auto one = [&](const Value& value) { return may_be_null ? or_null(schema(value)) : schema(value); };
    if (from.IsObject()) {
      for (const auto& member : from.GetObject()) add(made, text_of(member.name), one(member.value));
    } else {
      for (const Value& value : from.GetArray()) made.PushBack(one(value), memory_);
    }
    return made;
  }

  [[nodiscard]] Value or_null(Value schema) const {
    if (schema.HasMember("type")) {
      Value& type = schema["type"];
      if (type.IsString()) {
        Value types(rapidjson::kArrayType);
        types.PushBack(type, memory_);
        type = types;
      }
      type.PushBack(copy("null"), memory_);
    }
    if (schema.HasMember("enum")) schema["enum"].PushBack(Value(), memory_);
    if (schema.HasMember("anyOf")) {
      Value null(rapidjson::kObjectType);
      add(null, "type", copy("null"));
      schema["anyOf"].PushBack(null, memory_);
    }
    return schema;
  }

  /// One of these strings, or what a variable makes of it.
  void allow_variables(Value& schema) const {
    const auto& values = schema["enum"].GetArray();
    if (std::none_of(values.begin(), values.end(), [](const Value& value) { return value.IsString(); }))
      return;
    rapidjson::Document variable(&memory_);
    variable.Parse(R"({ "type": "string", "pattern": "\\$\\{" })");
    Value words(rapidjson::kObjectType);
    add(words, "enum", std::move(schema["enum"]));
    Value choices(rapidjson::kArrayType);
    choices.PushBack(words, memory_).PushBack(variable, memory_);
    schema.RemoveMember("enum");
    add(schema, "anyOf", std::move(choices));
  }

  /// In place of a member of this name, if there is one.
  void add(Value& object, std::string_view name, Value value) const {
    Value key = copy(name);
    object.RemoveMember(key);
    object.AddMember(key, value, memory_);
  }

  [[nodiscard]] Value copy(std::string_view text) const {
    return {text.data(), static_cast<rapidjson::SizeType>(text.size()), memory_};
  }

  const Value& root_;
  Memory& memory_;
};

}  // namespace

void add_executor_rules(rapidjson::Document& whole, const std::string& name, const Value& options) {
  Memory& memory = whole.GetAllocator();
  if (!whole.HasMember("allOf")) whole.AddMember("allOf", Value(rapidjson::kArrayType), memory);
  Value& definitions = whole["definitions"];
  Value& of_file = whole["allOf"];
  const auto define = [&](const std::string& suffix, Value value) {
    definitions.AddMember(Value(name + suffix, memory), value, memory);
  };
  Value written = Written(options, memory).schema(options);
  if (name == "shell") {
    Value offer(written, memory);
    offer.RemoveMember("additionalProperties");
    define(".offer", std::move(offer));
    of_file.PushBack(parsed(usual, name, memory), memory);
  }
  define(".options", std::move(written));
  Value parts = parsed(rules, name, memory);
  for (auto& part : parts.GetObject()) definitions.AddMember(part.name, part.value, memory);
  of_file.PushBack(parsed(condition, name, memory), memory);
}

}  // namespace dream::cli
