#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "json.hpp"

namespace dream::plugins {

/// Writes the members of a JSON object.
class SpecWriter {
 public:
  using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

  explicit SpecWriter(Writer& json) : json_(json) {}

  void text(const char* name, const std::string& value) {
    if (value.empty()) return;
    json_.Key(name);
    json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(const char* name, std::int64_t value) {
    if (value == 0) return;
    json_.Key(name);
    json_.Int64(value);
  }
  void flag(const char* name, bool value) {
    json_.Key(name);
    json_.Bool(value);
  }
  void texts(const char* name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json_.Key(name);
    json_.StartArray();
    for (const std::string& value : values)
      json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    json_.EndArray();
  }
  void table(const char* name, const std::map<std::string, std::string>& values) {
    object(name, [&] {
      for (const auto& [key, value] : values) {
        json_.Key(key.c_str());
        json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
      }
    });
  }
  template <class Body>
  void object(const char* name, Body&& body) {
    json_.Key(name);
    json_.StartObject();
    body();
    json_.EndObject();
  }

 private:
  Writer& json_;
};

}  // namespace dream::plugins
