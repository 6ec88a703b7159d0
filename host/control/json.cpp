#include "control/json.hpp"

#include "base/base64.hpp"

namespace dream::control {

std::optional<std::string> read_bytes(const Json& object) {
  return member_of(object, "base64") != nullptr ? from_base64(text_at(object, "base64"))
                                                : text_at(object, "text");
}

std::string bytes_at(const Json& object) {
  return read_bytes(object).value_or("");
}

}  // namespace dream::control
