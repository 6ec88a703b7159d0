#include "base/value_words.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/text.hpp"

namespace dream {

std::string value_words(const rapidjson::Value& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      return "null";
    case rapidjson::kFalseType:
      return "false";
    case rapidjson::kTrueType:
      return "true";
    case rapidjson::kObjectType:
      return "an object";
    case rapidjson::kArrayType:
      return "an array";
    case rapidjson::kStringType:
      if (value.GetStringLength() == 0) return "an empty string";
      return "the string " + in_quotes({value.GetString(), value.GetStringLength()});
    case rapidjson::kNumberType:
      break;
  }
  if (value.IsInt64()) return fmt::format("the number {}", value.GetInt64());
  if (value.IsUint64()) return fmt::format("the number {}", value.GetUint64());
  return fmt::format("the number {}", value.GetDouble());
}

}  // namespace dream
