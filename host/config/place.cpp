#include "config/place.hpp"

#include <algorithm>

namespace dream::config {

namespace {

void append_escaped(std::string& pointer, std::string_view key) {
  while (true) {
    const auto special = std::find_if(key.begin(), key.end(), [](char c) { return c == '~' || c == '/'; });
    pointer.append(key.begin(), special);
    if (special == key.end()) return;
    pointer += *special == '~' ? "~0" : "~1";
    key = std::string_view(special + 1, key.end());
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
