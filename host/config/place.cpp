#include "config/place.hpp"

namespace dream::config {

namespace {

void append_escaped(std::string& pointer, std::string_view key) {
  while (true) {
    std::size_t special = 0;
    while (special < key.size() && key[special] != '~' && key[special] != '/') ++special;
    pointer += key.substr(0, special);
    if (special == key.size()) return;
    pointer += key[special] == '~' ? "~0" : "~1";
    key.remove_prefix(special + 1);
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
