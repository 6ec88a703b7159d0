#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dream::kubernetes {

/// Takes the log of a container apart: entries, each of which begins with the time at which it was written.
/// An entry is a line, or a part of one: the node's engine cuts long lines into parts, and before Kubernetes
/// 1.27 each of them has its time. The last part of one stream has no end of a line, either, and the next
/// entry of the other one follows on the same line. A log can be read again from a second on, since a
/// connection may break: what has been had already is dropped, by the count of entries and bytes.
class PodLog {
 public:
  /// Seconds since 1970: what is later is no time of an entry, but a program's own words.
  using Now = std::int64_t (*)();
  explicit PodLog(Now now = own_clock) : now_(now) {}

  /// What `bytes`, cut anywhere, have that is new, without the times.
  [[nodiscard]] std::string take(std::string_view bytes);
  /// What is left at the end of all.
  [[nodiscard]] std::string finish();
  /// From which second on the log has to be read so that nothing is missed: "2026-11-29T10:54:38Z"; empty:
  /// all of it. What comes next is from there.
  [[nodiscard]] std::string begin_again();
  /// What stands in place of a time in the last answer, if that isn't the first one: the node's words about a
  /// log that it can't read any more. They are no output.
  [[nodiscard]] const std::string& words() const { return words_; }

 private:
  static std::int64_t own_clock();
  void begin_entry(std::string_view time);
  [[nodiscard]] bool begins_next(std::string_view time) const;
  [[nodiscard]] std::size_t next_time(std::string_view text, std::size_t end) const;
  void take_text(std::string_view text, std::string& fresh);

  /// Where in the log it is: before a time, in the text behind one, or behind a part, where either may
  /// follow.
  enum class Place : unsigned char { time, text, behind_part };

  Now now_;
  Place place_ = Place::time;
  std::string held_;           ///< what may be the begin of a time
  std::string time_;           ///< of this entry
  std::size_t in_part_ = 0;    ///< bytes of the entry's text that have come
  std::string newest_;         ///< the newest time
  std::string first_;          ///< the first time in the second of that
  std::uint64_t entries_ = 0;  ///< that have begun since the second of that
  std::size_t delivered_ = 0;  ///< bytes of the last one
  std::uint64_t old_ = 0;      ///< entries that are still to come again
  std::size_t skip_ = 0;       ///< bytes of this entry that have been had
  unsigned answers_ = 0;       ///< that have begun
  bool are_words_ = false;     ///< this text
  std::string words_;
};

}  // namespace dream::kubernetes
