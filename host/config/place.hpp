#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/json.hpp"

namespace dream::config {

/// The way from the root of the file to a value. Places live on the stack of whatever walks the tree; a
/// pointer text and an offset are made of one only when they are needed.
class Place {
 public:
  explicit Place(const Json& root) : self_(&root) {}
  /// The value of a member: shown at its key.
  Place(const Place& parent, const Json& key) : parent_(&parent), self_(&key), is_member_(true) {}
  /// An element of an array: shown where it begins.
  Place(const Place& parent, const Json& element, std::size_t index)
      : parent_(&parent), self_(&element), index_(index) {}

  /// The JSON pointer (RFC 6901).
  [[nodiscard]] std::string pointer() const;
  /// The same for a message: long keys are cut off.
  [[nodiscard]] std::string shown_pointer() const;
  [[nodiscard]] SourceOffset offset(const Tree& tree) const { return tree.offset_of(*self_); }
  /// The key of a member.
  [[nodiscard]] std::string_view key() const { return text_of(*self_); }

 private:
  void append_to(std::string& pointer, std::size_t longest_key) const;

  const Place* parent_ = nullptr;
  const Json* self_;  ///< the key of a member, else the value itself
  std::size_t index_ = 0;
  bool is_member_ = false;
};

}  // namespace dream::config
