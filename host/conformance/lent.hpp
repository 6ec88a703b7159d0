#pragma once

#include <dream/abi.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace dream::conformance {

/// What is lent to the plugin for one call. After the call it is still there, but says something else: who
/// kept a view of it, and uses it later, is seen.
class Lent {
 public:
  Lent() = default;
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  [[nodiscard]] dream_str text(std::string_view text) {
    const std::string& kept = texts_.emplace_back(text);
    return {kept.data(), kept.size()};
  }
  [[nodiscard]] dream_strs texts(const std::vector<std::string>& texts) {
    std::vector<dream_str>& views = arrays_.emplace_back();
    views.reserve(texts.size());
    for (const std::string& one : texts) views.push_back(text(one));
    return {views.data(), views.size()};
  }
  /// A struct as a later host would make it: with `extra` bytes behind it, which aren't zero.
  template <class Struct>
  [[nodiscard]] const Struct* larger(Struct value, std::uint32_t extra) {
    value.size = static_cast<std::uint32_t>(sizeof(Struct)) + extra;
    std::vector<Struct>& copies = copies_of<Struct>();
    copies.resize(2 + extra / sizeof(Struct));
    std::memset(static_cast<void*>(copies.data()), beyond, copies.size() * sizeof(Struct));
    copies.front() = value;
    return copies.data();
  }

  void take_back() {
    for (std::string& text : texts_) {
      std::fill(text.begin(), text.end(), mark);
      if (text.size() > 1) text.front() = '/';  // still an absolute path: that is another rule's
    }
  }

  /// Whether a text is made of what was taken back.
  [[nodiscard]] static bool is_taken_back(std::string_view text) {
    return text.find(mark) != std::string_view::npos;
  }

  // What a larger struct has behind what is known.
  static constexpr unsigned char beyond = 0xA5;

 private:
  static constexpr char mark = '\x1a';

  template <class Struct>
  std::vector<Struct>& copies_of();

  std::deque<std::string> texts_;
  std::deque<std::vector<dream_str>> arrays_;
  std::vector<dream_task> tasks_;
  std::vector<dream_project> projects_;
};

template <>
inline std::vector<dream_task>& Lent::copies_of<dream_task>() {
  return tasks_;
}
template <>
inline std::vector<dream_project>& Lent::copies_of<dream_project>() {
  return projects_;
}

}  // namespace dream::conformance
