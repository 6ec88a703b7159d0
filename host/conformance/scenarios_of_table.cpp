#include <dream/dream.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"
#include "plugin/library.hpp"

namespace dream::conformance {

namespace {

using plugin::plugin_table_size_1_0;
using plugin::text_of;
using rapidjson::Value;

/// The words of JSON Schema that options are checked by, or that only describe. Any other is one that its
/// author believes in and nobody enforces.
bool is_enforced_word(std::string_view word) {
  static const std::set<std::string_view> words{"$schema",
                                                "$ref",
                                                "$comment",
                                                "id",
                                                "title",
                                                "description",
                                                "default",
                                                "examples",
                                                "definitions",
                                                "type",
                                                "enum",
                                                "allOf",
                                                "anyOf",
                                                "oneOf",
                                                "not",
                                                "properties",
                                                "additionalProperties",
                                                "required",
                                                "dependencies",
                                                "minProperties",
                                                "maxProperties",
                                                "items",
                                                "additionalItems",
                                                "minItems",
                                                "maxItems",
                                                "uniqueItems",
                                                "minLength",
                                                "maxLength",
                                                "pattern",
                                                "minimum",
                                                "maximum",
                                                "exclusiveMinimum",
                                                "exclusiveMaximum",
                                                "multipleOf"};
  return words.contains(word);
}

/// Finds what the validator would silently accept, in a schema and those within it.
class WordCheck {
 public:
  explicit WordCheck(Findings& findings) : findings_(findings) {}

  void check(const Value& schema, const std::string& place) {
    if (!schema.IsObject()) return;
    for (const auto& member : schema.GetObject()) {
      const std::string_view word(member.name.GetString(), member.name.GetStringLength());
      const std::string inner = place + "/" + std::string(word);
      if (!is_enforced_word(word)) complain(inner, "isn't enforced");
      if (word.starts_with("exclusive") && !member.value.IsBool())
        complain(inner, "is enforced as true or false only");
      if (word == "$ref" && !(member.value.IsString() && member.value.GetString()[0] == '#')) {
        complain(inner, "is followed within the schema only");
      }
      descend(word, member.value, inner);
    }
  }

 private:
  void descend(std::string_view word, const Value& value, const std::string& place) {
    static const std::set<std::string_view> by_name{"properties", "definitions", "dependencies"};
    static const std::set<std::string_view> one_or_several{
        "allOf", "anyOf", "oneOf", "items", "additionalItems", "additionalProperties", "not"};
    if (by_name.contains(word) && value.IsObject()) {
      for (const auto& member : value.GetObject()) check(member.value, place + "/" + member.name.GetString());
    } else if (one_or_several.contains(word)) {
      check(value, place);
      if (!value.IsArray()) return;
      for (rapidjson::SizeType at = 0; at < value.Size(); ++at) {
        check(value[at], place + "/" + std::to_string(at));
      }
    }
  }

  void complain(const std::string& place, const char* what) {
    findings_.add(Fault::schema_words, fmt::format("its schema has {}, which {}", printable(place), what));
  }

  Findings& findings_;
};

/// Whether a schema may allow an object, as far as that can be seen from its outermost words.
bool may_be_an_object(const Value& schema) {
  if (!schema.IsObject()) return true;
  const auto is_object = [](const Value& type) { return type.IsString() && type == "object"; };
  const auto any = [](const Value& values, auto fits) {
    const auto& array = values.GetArray();
    return std::any_of(array.begin(), array.end(), fits);
  };
  for (const auto& member : schema.GetObject()) {
    const std::string_view word(member.name.GetString(), member.name.GetStringLength());
    const Value& value = member.value;
    if (word == "type" && !(value.IsArray() ? any(value, is_object) : is_object(value))) return false;
    if (!value.IsArray()) continue;
    if (word == "enum" && !any(value, [](const Value& one) { return one.IsObject(); })) return false;
    if ((word == "anyOf" || word == "oneOf") && !any(value, may_be_an_object)) return false;
    if (word == "allOf" && any(value, [](const Value& one) { return !may_be_an_object(one); })) return false;
  }
  return true;
}

bool is_line(std::string_view text) {
  return !text.empty() && is_line_or_empty(text);
}

/// A function of the table and whether it is there.
struct Function {
  const char* name;
  bool there;
};

}  // namespace

void look_at_table(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  if (table.size < plugin_table_size_1_0) {
    findings.add(Fault::short_table, fmt::format("its table has {} bytes, and version 1.0 of the ABI has {}",
                                                 table.size, plugin_table_size_1_0));
    return;
  }
  const std::array functions{
      Function{"create", table.create != nullptr},       Function{"destroy", table.destroy != nullptr},
      Function{"start", table.start != nullptr},         Function{"wait", table.wait != nullptr},
      Function{"terminate", table.terminate != nullptr}, Function{"status", table.status != nullptr},
      Function{"release", table.release != nullptr}};
  for (const Function& function : functions) {
    if (!function.there)
      findings.add(Fault::missing_function, fmt::format("\"{}\" is missing", function.name));
  }
}

void compare_minor(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  if (table.abi_minor <= DREAM_ABI_MINOR) return;
  findings.add(Fault::later_minor,
               fmt::format("it is built with version 1.{} of the ABI and took a host of version 1.{} without "
                           "a word; what it does with the later version isn't checked here",
                           table.abi_minor, DREAM_ABI_MINOR));
}

void read_metadata(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  const std::string id(text_of(table.id));
  const bool sound = !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  const std::string name = subject.file.filename().string();
  if (!sound) {
    findings.add(Fault::id, fmt::format("its id \"{}\" has more than lower-case letters, digits, - and _",
                                        printable(id)));
  } else if (name != "libdream_" + id + ".so") {
    findings.add(Fault::id, fmt::format("its id is \"{}\", and its file {}", id, printable(name)));
  }
  if (!is_line(text_of(table.version))) findings.add(Fault::words, "its version is no line of text");
  if (!is_line(text_of(table.summary))) findings.add(Fault::words, "its summary is no line of text");
}

void read_schema(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  const std::string_view text = text_of(table.options_schema);
  if (text.empty()) return;
  rapidjson::Document schema;
  schema.Parse(text.data(), text.size());
  if (schema.HasParseError() || !schema.IsObject()) {
    findings.add(Fault::schema_text, "its schema is no JSON object");
    return;
  }
  WordCheck(findings).check(schema, "");
  if (!may_be_an_object(schema)) {
    findings.add(Fault::schema_of_no_object,
                 "its schema allows no object, and options are never anything else");
  }
}

}  // namespace dream::conformance
