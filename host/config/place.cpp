#include "config/place.hpp"

#include "base/cut_off.hpp"

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
  append_to(pointer, std::string::npos);
  return pointer;
}

std::string Place::shown_pointer() const {
  constexpr std::size_t longest_key = 200;
  std::string pointer;
  append_to(pointer, longest_key);
  return pointer;
}

void Place::append_to(std::string& pointer, std::size_t longest_key) const {
  if (parent_ == nullptr) return;
  parent_->append_to(pointer, longest_key);
  pointer += '/';
  if (is_member_ && key().size() > longest_key) {
    append_escaped(pointer, cut_off(key(), longest_key));
  } else if (is_member_) {
    append_escaped(pointer, key());
  } else {
    pointer += std::to_string(index_);
  }
}

}  // namespace dream::config
