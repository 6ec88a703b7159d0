#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dream::output {

/// The bytes that base64 stands for, with what is no digit of it left out.
inline std::string from_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = digits.find(c);
    if (value == std::string_view::npos) continue;
    bits = bits << 6U | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  return bytes;
}

/// The bytes of each "step stream", put together again from lines of -o events.
inline std::map<std::string, std::string> bytes_of(const std::vector<rapidjson::Document>& events) {
  std::map<std::string, std::string> streams;
  for (const auto& event : events) {
    if (std::string_view(event["event"].GetString()) != "output") continue;
    std::string& bytes = streams[std::string(event["step"].GetString()) + " " + event["stream"].GetString()];
    if (event.HasMember("text")) {
      bytes.append(event["text"].GetString(), event["text"].GetStringLength());
    } else {
      bytes += from_base64(event["base64"].GetString());
    }
  }
  return streams;
}

}  // namespace dream::output
