#include "record/record_text.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace dream::record {

namespace {

std::string string_of(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

}  // namespace

std::string record_text(const RunRecord& record) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  // Every byte is kept, also one that is no UTF-8: paths may have any.
  const auto write = [&](const char* name, const std::string& value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartObject();
  write("session", record.session);
  write("root", record.root);
  writer.Key("plugins");
  writer.StartArray();
  for (const RecordedPlugin& plugin : record.plugins) {
    writer.StartObject();
    write("id", plugin.id);
    write("file", plugin.file);
    writer.Key("options");
    writer.StartArray();
    for (const std::string& options : plugin.options)
      writer.String(options.data(), static_cast<rapidjson::SizeType>(options.size()));
    writer.EndArray();
    write("sha256", plugin.sha256);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return {text.GetString(), text.GetSize()};
}

std::optional<RunRecord> read_record(std::string_view text) {
  rapidjson::Document parsed;
  // Iterative: no nesting, however deep, may overflow the stack.
  parsed.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (parsed.HasParseError() || !parsed.IsObject()) return std::nullopt;
  const rapidjson::Value& document = parsed;
  RunRecord record{string_of(document, "session"), string_of(document, "root"), {}};
  const auto plugins = document.FindMember("plugins");
  if (record.session.empty() || plugins == document.MemberEnd() || !plugins->value.IsArray()) {
    return std::nullopt;
  }
  for (const rapidjson::Value& entry : plugins->value.GetArray()) {
    if (!entry.IsObject()) return std::nullopt;
    RecordedPlugin& plugin = record.plugins.emplace_back();
    plugin.id = string_of(entry, "id");
    plugin.file = string_of(entry, "file");
    plugin.sha256 = string_of(entry, "sha256");
    const auto options = entry.FindMember("options");
    if (options == entry.MemberEnd() || !options->value.IsArray()) continue;
    for (const rapidjson::Value& object : options->value.GetArray()) {
      if (object.IsString()) plugin.options.emplace_back(object.GetString(), object.GetStringLength());
    }
  }
  return record;
}

}  // namespace dream::record
