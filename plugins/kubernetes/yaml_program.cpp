// yaml_to_json: writes the YAML of its standard input as JSON, each scalar as a text: {"yaml": …}, or
// {"error": …, "line": …}. A program of its own, as the YAML library can't be linked into a plugin, and is
// needed by few runs.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// Names that stand for others could make it as large as one likes.
constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

void write(const YAML::Node& node, Writer& json, const rapidjson::StringBuffer& buffer) {
  if (buffer.GetSize() > most_bytes) throw YAML::Exception(YAML::Mark::null_mark(), "it is too large");
  if (node.IsMap()) {
    json.StartObject();
    for (const auto& member : node) {
      json.Key(member.first.IsScalar() ? member.first.Scalar().c_str() : "");
      write(member.second, json, buffer);
    }
    json.EndObject();
  } else if (node.IsSequence()) {
    json.StartArray();
    for (const auto& element : node) write(element, json, buffer);
    json.EndArray();
  } else if (node.IsScalar()) {
    json.String(node.Scalar().data(), static_cast<rapidjson::SizeType>(node.Scalar().size()));
  } else {
    json.Null();
  }
}

}  // namespace

int main() {
  rapidjson::StringBuffer buffer;
  try {
    Writer json(buffer);
    json.StartObject();
    json.Key("yaml");
    write(YAML::Load(std::cin), json, buffer);
    json.EndObject();
  } catch (const YAML::Exception& error) {
    buffer.Clear();
    Writer json(buffer);
    json.StartObject();
    json.Key("error");
    json.String(error.msg.c_str());
    json.Key("line");
    json.Int(error.mark.is_null() ? 0 : error.mark.line + 1);
    json.EndObject();
  }
  return std::fwrite(buffer.GetString(), 1, buffer.GetSize(), stdout) == buffer.GetSize() ? 0 : 1;
}
