#include "config/place.hpp"

#include <algorithm>

namespace dream::config {

namespace {

void append_escaped(std::string& pointer, std::string_view key) {
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace

std::string Place::pointer() const {
  if (parent_ == nullptr) return {};
  std::string pointer = parent_->pointer() + "/";
  if (is_member_) {
    append_escaped(pointer, key());
  } else {
    pointer += std::to_string(index_);
  }
  return pointer;
}

}  // namespace dream::config
