#include "config/place.hpp"

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
  std::string pointer;
  pointer.reserve(80);
  append_to(pointer);
  return pointer;
}

void Place::append_to(std::string& pointer) const {
  if (parent_ == nullptr) return;
  parent_->append_to(pointer);
  pointer += '/';
  if (is_member_) {
    append_escaped(pointer, key());
  } else {
    pointer += std::to_string(index_);
  }
}

}  // namespace dream::config
