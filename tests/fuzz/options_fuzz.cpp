#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "plugin/validate_options.hpp"

using namespace dream;

namespace {

/// Every word that counts.
constexpr const char* schema = R"({
  "type": "object",
  "properties": {
    "a": {"type": ["string", "integer"], "minLength": 2, "maxLength": 9, "pattern": "^(a|[b-d])+$", "minimum": 1,
          "maximum": 9, "exclusiveMaximum": true},
    "b": {"enum": [1, "x", null, [2], {"y": 3.5}]},
    "c": {"$ref": "#/definitions/d"},
    "e": {"type": "array", "items": {"type": "number", "multipleOf": 2}, "uniqueItems": true, "minItems": 1,
          "maxItems": 3},
    "f": {"type": "object", "minProperties": 1, "maxProperties": 2, "additionalProperties": {"$ref": "#"}},
    "g": {"items": [{"type": "null"}, {"type": "string"}], "additionalItems": false}
  },
  "definitions": {"d": {"anyOf": [{"type": "boolean"}, {"not": {"type": "string"}}],
                        "allOf": [{}], "oneOf": [{"type": "boolean"}, {"type": "object"}]}},
  "required": ["a"],
  "additionalProperties": false,
  "dependencies": {"b": ["c"], "e": {"required": ["b"]}}
})";

}  // namespace

/// Any options fit a schema, or have one problem.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto valid = plugin::validate_options(schema, std::string(reinterpret_cast<const char*>(data), size));
  DREAM_ASSERT(valid || (valid.error().code == ErrorCode::configuration && !valid.error().message.empty()));
  return 0;
}
