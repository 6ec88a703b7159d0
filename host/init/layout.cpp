#include "init/layout.hpp"

#include <rapidjson/document.h>

#include "base/text.hpp"

namespace dream::init {

namespace {

using rapidjson::Value;

constexpr std::size_t longest_line = 120;
constexpr std::size_t one_level = 2;

std::string text_of(const Value& text) {
  return {text.GetString(), text.GetStringLength()};
}

/// On one line.
std::string compact(const Value& json) {
  std::string out;
  if (json.IsObject()) {
    for (const auto& one : json.GetObject())
      out += (out.empty() ? "{ " : ", ") + json_string(text_of(one.name)) + ": " + compact(one.value);
    return out.empty() ? "{}" : out + " }";
  }
  if (json.IsArray()) {
    for (const Value& one : json.GetArray()) out += (out.empty() ? "" : ", ") + compact(one);
    return "[" + out + "]";
  }
  if (json.IsString()) return json_string(text_of(json));
  if (json.IsBool()) return json.GetBool() ? "true" : "false";
  if (json.IsInt64()) return std::to_string(json.GetInt64());
  if (json.IsDouble()) {
    out = std::to_string(json.GetDouble());
    out.erase(out.find_last_not_of('0') + 1);
    return out.ends_with('.') ? out + '0' : out;
  }
  return "null";
}

std::string laid_out(const Value& json, std::size_t indentation, std::size_t column) {
  std::string line = compact(json);
  const bool is_short = column + line.size() + 1 <= longest_line;  // and a comma
  if (is_short || (!json.IsObject() && !json.IsArray())) return line;
  const std::size_t inner = indentation + one_level;
  const std::string begin = "\n" + std::string(inner, ' ');
  std::string out(1, line.front());
  if (json.IsObject()) {
    for (const auto& one : json.GetObject()) {
      const std::string key = json_string(text_of(one.name)) + ": ";
      out += begin + key + laid_out(one.value, inner, inner + key.size()) + ",";
    }
  } else {
    for (const Value& one : json.GetArray()) out += begin + laid_out(one, inner, inner) + ",";
  }
  return out + "\n" + std::string(indentation, ' ') + line.back();
}

}  // namespace

std::string laid_out(const std::string& json, std::size_t indentation, std::size_t column) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json);
  return document.HasParseError() ? json : laid_out(static_cast<const Value&>(document), indentation, column);
}

}  // namespace dream::init
