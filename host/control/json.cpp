#include "control/json.hpp"

#include "base/base64.hpp"

namespace dream::control {

std::string bytes_at(const Json& object) {
  return member_of(object, "base64") != nullptr ? from_base64(text_at(object, "base64")).value_or("")
                                                : text_at(object, "text");
}

}  // namespace dream::control
