#pragma once

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/text.hpp"

namespace dream {

/// Writes one JSON value, from its begin to its end. Strings may have any bytes: each is written as
/// json_string() has it, so that no terminal is disturbed by what a repository names.
template <class Writer>
class JsonBuilder {
 public:
  JsonBuilder() : writer_(buffer_) {
    if constexpr (is_indented) writer_.SetIndent(' ', 2);
  }

  JsonBuilder& begin_object() {
    writer_.StartObject();
    return *this;
  }
  JsonBuilder& begin_object(std::string_view name) { return key(name).begin_object(); }
  JsonBuilder& end_object() {
    writer_.EndObject();
    return *this;
  }
  JsonBuilder& begin_array() {
    writer_.StartArray();
    return *this;
  }
  JsonBuilder& begin_array(std::string_view name) { return key(name).begin_array(); }
  JsonBuilder& end_array() {
    writer_.EndArray();
    return *this;
  }

  /// Its value comes next.
  JsonBuilder& key(std::string_view name) { return put(name); }
  /// A boolean, a whole number, a text, an optional of them (nothing is null), a range of them, or a value
  /// that was read.
  template <class Value>
  JsonBuilder& member(std::string_view name, const Value& value) {
    return key(name).put(value);
  }
  JsonBuilder& null(std::string_view name) {
    key(name);
    writer_.Null();
    return *this;
  }
  /// Null where the text is empty.
  JsonBuilder& text_or_null(std::string_view name, std::string_view text) {
    return member(name, text.empty() ? std::nullopt : std::optional(text));
  }
  /// A member whose value is JSON already.
  JsonBuilder& raw(std::string_view name, std::string_view json) {
    key(name);
    writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
  }

  template <class Value>
  JsonBuilder& put(const Value& value) {
    if constexpr (std::same_as<Value, rapidjson::Value>) {
      copy(value);
    } else if constexpr (std::same_as<Value, bool>) {
      writer_.Bool(value);
    } else if constexpr (std::unsigned_integral<Value>) {
      writer_.Uint64(value);
    } else if constexpr (std::integral<Value>) {
      writer_.Int64(value);
    } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
      const std::string text = json_string(value);
      writer_.RawValue(text.data(), text.size(), rapidjson::kStringType);
    } else if constexpr (std::ranges::range<const Value>) {
      begin_array();
      for (const auto& element : value) put(element);
      end_array();
    } else if (value.has_value()) {
      put(*value);
    } else {
      writer_.Null();
    }
    return *this;
  }

  /// What was written; on a line of its own.
  [[nodiscard]] std::string line() const { return text() + '\n'; }
  [[nodiscard]] std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static constexpr bool is_indented =
      std::is_same_v<Writer, rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

  void copy(const rapidjson::Value& value) {
    if (value.IsObject()) {
      begin_object();
      for (const auto& [name, inner] : value.GetObject()) member(text_of(name), inner);
      end_object();
    } else if (value.IsArray()) {
      begin_array();
      for (const rapidjson::Value& element : value.GetArray()) copy(element);
      end_array();
    } else if (value.IsString()) {
      put(text_of(value));
    } else {
      value.Accept(writer_);
    }
  }

  static std::string_view text_of(const rapidjson::Value& string) {
    return {string.GetString(), string.GetStringLength()};
  }

  rapidjson::StringBuffer buffer_;
  Writer writer_;
};

/// For programs: without a space, on one line.
using JsonLine = JsonBuilder<rapidjson::Writer<rapidjson::StringBuffer>>;

/// For people, too: each member on a line of its own.
using JsonPage = JsonBuilder<rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

}  // namespace dream
