#include "plugin/confirmations.hpp"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

namespace dream::plugin {

namespace {

std::string string_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace

std::optional<Confirmations> read_confirmations(std::string_view text) {
  rapidjson::Document parsed;
  // Iterative: no nesting, however deep, may overflow the stack.
  parsed.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (parsed.HasParseError() || !parsed.IsObject()) return std::nullopt;
  const rapidjson::Value& document = parsed;
  const auto plugins = document.FindMember("plugins");
  const auto folders = document.FindMember("folders");
  if (plugins == document.MemberEnd() || !plugins->value.IsObject()) return std::nullopt;
  Confirmations confirmations;
  for (const auto& entry : plugins->value.GetObject()) {
    if (!entry.value.IsString()) return std::nullopt;
    confirmations.plugins[string_of(entry.name)] = string_of(entry.value);
  }
  if (folders == document.MemberEnd()) return confirmations;
  if (!folders->value.IsArray()) return std::nullopt;
  for (const auto& entry : folders->value.GetArray()) {
    if (!entry.IsString()) return std::nullopt;
    confirmations.folders.insert(string_of(entry));
  }
  return confirmations;
}

std::string confirmations_text(const Confirmations& confirmations) {
  rapidjson::StringBuffer text;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(text);
  // Every byte is kept, also one that is no UTF-8: paths may have any.
  const auto size_of = [](const std::string& value) {
    return static_cast<rapidjson::SizeType>(value.size());
  };
  writer.SetIndent(' ', 2);
  writer.StartObject();
  writer.Key("plugins");
  writer.StartObject();
  for (const auto& [path, sha256] : confirmations.plugins) {
    writer.Key(path.data(), size_of(path));
    writer.String(sha256.data(), size_of(sha256));
  }
  writer.EndObject();
  writer.Key("folders");
  writer.StartArray();
  for (const std::string& folder : confirmations.folders) writer.String(folder.data(), size_of(folder));
  writer.EndArray();
  writer.EndObject();
  return std::string(text.GetString(), text.GetSize()) + "\n";
}

}  // namespace dream::plugin
