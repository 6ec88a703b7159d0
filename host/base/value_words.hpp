#pragma once

#include <rapidjson/fwd.h>

#include <string>

namespace dream {

/// A JSON value as a message says what was found: `the string "x"`, "the number 3", "an object".
[[nodiscard]] std::string value_words(const rapidjson::Value& value);

}  // namespace dream
