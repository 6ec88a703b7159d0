#include "plugin/validate_options.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream::plugin {
namespace {

constexpr const char* schema = R"({
  "type": "object", "additionalProperties": false, "required": ["image"],
  "properties": {
    "image": {"type": "string", "minLength": 1},
    "replicas": {"type": "integer", "minimum": 1, "maximum": 9},
    "network": {"enum": ["host", "bridge", "none"]},
    "ports": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    "tag": {"type": "string", "pattern": "^v[0-9]+$"},
    "user": {"type": ["string", "null"]},
    "list": {"type": "array", "uniqueItems": true, "maxItems": 2},
    "nested": {"type": "object", "properties": {"deep": {"$ref": "#/definitions/flag"}}, "additionalProperties": false},
    "allow": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": false, "properties":
      {"read": {"$ref": "#/definitions/names"}}}]},
    "odd": {"not": {"type": "string"}, "description": "anything but a string"}
  },
  "definitions": {"flag": {"type": "boolean"},
    "names": {"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}}
})";

/// "ok", or "where: message (hint)".
std::string verdict(const std::string& options) {
  const auto valid = validate_options(schema, options);
  if (valid) return "ok";
  EXPECT_EQ(valid.error().code, ErrorCode::configuration);
  return to_string(valid.error());
}

TEST(ValidateOptions, accepts_what_fits) {
  EXPECT_EQ(verdict(R"({"image": "pg", "replicas": 2, "network": "host", "ports": ["1:1"], "user": null})"),
            "ok");
}

TEST(ValidateOptions, says_what_was_expected_and_what_was_found) {
  EXPECT_EQ(verdict(R"({"image": 3})"), "/image: expected a string, found the number 3");
  EXPECT_EQ(verdict(R"({"image": {}})"), "/image: expected a string, found an object");
  EXPECT_EQ(verdict(R"({"image": ""})"),
            "/image: expected a string of at least 1 characters, found an empty string");
  EXPECT_EQ(verdict(R"({"image": "a", "replicas": 1.5})"),
            "/replicas: expected a whole number, found the number 1.5");
  EXPECT_EQ(verdict(R"({"image": "a", "replicas": 0})"),
            "/replicas: expected at least 1, found the number 0");
  EXPECT_EQ(verdict(R"({"image": "a", "replicas": 10})"),
            "/replicas: expected at most 9, found the number 10");
  EXPECT_EQ(verdict(R"({"image": "a", "user": true})"), "/user: expected a string or null, found true");
  EXPECT_EQ(verdict(R"({"image": "a", "ports": 80})"),
            "/ports: expected a string or an array, found the number 80");
  EXPECT_EQ(verdict(R"({"image": "a", "tag": "latest"})"),
            "/tag: expected a string that matches ^v[0-9]+$, found the string \"latest\"");
  EXPECT_EQ(verdict(R"({"image": "a", "list": [1, 1]})"), "/list/1: stands there more than once");
  EXPECT_EQ(verdict(R"({"image": "a", "list": [1, 2, 3]})"),
            "/list: expected at most 2 elements, found an array");
  EXPECT_EQ(verdict(R"({"image": "a", "nested": {"deep": 1}})"),
            "/nested/deep: expected true or false, found the number 1");
  EXPECT_EQ(verdict(R"({"image": "a", "odd": "x"})"),
            "/odd: expected anything but a string, found the string \"x\"");
}

TEST(ValidateOptions, of_several_schemas_explains_the_one_that_is_for_values_of_this_type) {
  EXPECT_EQ(verdict(R"({"image": "a", "ports": []})"),
            "/ports: expected at least 1 elements, found an array");
  EXPECT_EQ(verdict(R"({"image": "a", "ports": ["1", 2]})"),
            "/ports/1: expected a string, found the number 2");
  EXPECT_EQ(verdict(R"({"image": "a", "allow": {"raed": true}})"),
            "/allow/raed: there is no option \"raed\" (did you mean \"read\"?)");
  EXPECT_EQ(verdict(R"({"image": "a", "allow": {"read": "x"}})"),
            "/allow/read: expected true or false or an array, found the string \"x\"");
  EXPECT_EQ(verdict(R"({"image": "a", "allow": {"read": ["x", 3]}})"),
            "/allow/read/1: expected a string, found the number 3");
}

TEST(ValidateOptions, names_what_is_missing_and_what_was_probably_meant) {
  EXPECT_EQ(verdict("{}"), "\"image\" is missing");
  EXPECT_EQ(verdict(R"({"image": "a", "netwrk": "host"})"),
            "/netwrk: there is no option \"netwrk\" (did you mean \"network\"?)");
  EXPECT_EQ(verdict(R"({"image": "a", "nested": {"x/y": 1}})"),
            "/nested/x~1y: there is no option \"x/y\" (there are deep)");
  EXPECT_EQ(verdict(R"({"image": "a", "network": "hots"})"),
            "/network: expected \"host\", \"bridge\" or \"none\", found the string \"hots\" (did you mean "
            "\"host\"?)");
}

TEST(ValidateOptions, a_plugin_without_a_schema_takes_everything) {
  EXPECT_TRUE(validate_options("", R"({"any": 1})"));
}

TEST(ValidateOptions, what_is_no_object_is_refused) {
  for (const char* options : {"", "[]", "1", "{", "nonsense"}) {
    EXPECT_EQ(validate_options("", options).error().message, "the options are not a JSON object") << options;
  }
}

TEST(ValidateOptions, a_broken_schema_is_the_plugins_fault) {
  const auto broken = validate_options("{", "{}");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::plugin);
}

TEST(ValidateOptions, a_schema_that_the_validator_goes_astray_in_is_refused_and_not_a_crash) {
  const std::string nested =
      R"({"patternProperties": {"a": {"patternProperties": {"b": {"type": "string"}}}}})";
  for (const std::string& words :
       {nested, R"({"properties": {"x": )" + nested + "}}", R"({"allOf": [)" + nested + "]}"}) {
    const auto refused = validate_options(words, R"({"a": {}})");
    ASSERT_FALSE(refused) << words;
    EXPECT_EQ(refused.error().code, ErrorCode::plugin);
  }
  EXPECT_TRUE(validate_options(R"({"properties": {"patternProperties": {"type": "string"}}})", "{}"));
}

TEST(ValidateOptions, a_pattern_with_an_open_group_is_refused_and_not_a_crash) {
  const auto with = [](const std::string& pattern) {
    return validate_options(R"({"properties": {"a": {"pattern": ")" + pattern + "\"}}}", R"({"a": "x"})");
  };
  for (const char* pattern : {"(", "a(b", "^(a(b)$", R"(\\((a)", "[)](a"}) {
    const auto refused = with(pattern);
    ASSERT_FALSE(refused) << pattern;
    EXPECT_EQ(refused.error().message,
              "the plugin's schema of its options has a pattern with an open group, which isn't supported");
  }
  for (const char* pattern : {"(x)", R"(\\(|x)", "[(x]", "^((x))$"}) EXPECT_TRUE(with(pattern)) << pattern;
  EXPECT_TRUE(validate_options(R"({"properties": {"pattern": {"enum": ["("]}}})", R"({"pattern": "("})"));
}

TEST(ValidateOptions, what_is_no_schema_among_schemas_is_refused_and_not_a_crash) {
  for (const std::string word : {"anyOf", "allOf", "oneOf", "items"}) {
    const auto with = [&](const std::string& list) {
      return validate_options("{\"properties\": {\"a\": {\"" + word + "\": " + list + "}}}",
                              R"({"a": ["x"]})");
    };
    const auto refused = with(R"([{"type": "array"}, "integer"])");
    ASSERT_FALSE(refused) << word;
    EXPECT_EQ(refused.error().code, ErrorCode::plugin);
    EXPECT_TRUE(with(word == "items" ? "{}" : "[{}]")) << word;
  }
  EXPECT_TRUE(validate_options(R"({"default": {"items": [1]}, "properties": {"items": {}}})", "{}"));
}

TEST(ValidateOptions, deep_nesting_is_refused_and_not_a_crash) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_FALSE(validate_options(schema, deep));
}

}  // namespace
}  // namespace dream::plugin
