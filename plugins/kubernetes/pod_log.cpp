#include "pod_log.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include "shared/rfc3339.hpp"

namespace dream::kubernetes {

namespace {

/// The parts into which docker and containerd cut a line.
constexpr std::size_t part_size = std::size_t{16} * 1024;
constexpr std::size_t seconds_size = 19;  ///< of "2026-11-29T10:54:38"
constexpr std::size_t longest_time = 36;  ///< nanoseconds, an offset and the blank

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// As far as `text` goes, it may be a time with the blank behind it.
bool may_be_time(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  for (std::size_t at = 0; at < std::min(text.size(), shape.size()); ++at) {
    if (shape[at] == '0' ? !is_digit(text[at]) : text[at] != shape[at]) return false;
  }
  if (text.size() <= shape.size()) return true;
  const std::string_view rest = text.substr(shape.size());
  const std::size_t end = rest.find_first_not_of("0123456789.:+-Z");
  return text.size() <= longest_time &&
         (end == std::string_view::npos || (rest[end] == ' ' && end + 1 == rest.size()));
}

/// The size of the time with its blank that `text` begins with; nothing where there is none, or not all of
/// it.
std::size_t time_size(std::string_view text) {
  const std::size_t size = text.substr(0, longest_time).find(' ') + 1;  // npos + 1 is 0
  return size > seconds_size && may_be_time(text.substr(0, size)) ? size : 0;
}

/// All of `text` is the begin of a time.
bool may_become_time(std::string_view text) {
  return text.size() < longest_time && text.find(' ') == std::string_view::npos && may_be_time(text);
}

}  // namespace

std::int64_t PodLog::own_clock() {
  return std::time(nullptr);
}

std::string PodLog::take(std::string_view bytes) {
  std::string fresh;
  const std::string all = std::exchange(held_, {}).append(bytes);
  std::string_view rest = all;
  while (!rest.empty()) {
    std::size_t size = 0;
    if (place_ == Place::text) {
      size = std::min(rest.find('\n'), rest.size() - 1) + 1;
      if (in_part_ < part_size) size = std::min(size, part_size - in_part_);
      size = next_time(rest, size);
      if (size > 0) take_text(rest.substr(0, size), fresh);
      rest.remove_prefix(size);
      if (rest.empty() || place_ != Place::text) continue;
    }
    if (may_become_time(rest)) {
      held_ = rest;
      break;
    }
    size = time_size(rest);
    if (size > 0) {
      begin_entry(rest.substr(0, size));
      rest.remove_prefix(size);
      continue;
    }
    // Before a time there may be words of the node's own. Who reads again knows what the first answer had.
    if (place_ == Place::time) {
      in_part_ = part_size + 1;
      are_words_ = answers_ > 1;
    }
    place_ = Place::text;
  }
  return fresh;
}

/// Where in `text`, but before `end`, the time of the next entry begins, or may begin.
std::size_t PodLog::next_time(std::string_view text, std::size_t end) const {
  for (std::size_t at = 0; at < end; ++at) {
    if (!is_digit(text[at])) continue;
    const std::string_view from = text.substr(at);
    if (may_become_time(from) || begins_next(from.substr(0, time_size(from)))) return at;
  }
  return end;
}

/// Programs write times, too. The time of an entry is that at which its last byte was read: what the entry
/// itself has is earlier.
bool PodLog::begins_next(std::string_view time) const {
  constexpr std::int64_t skew_s = 5;
  constexpr std::size_t fraction_size = 10;  // with its point
  const std::size_t zone = seconds_size + fraction_size;
  return time.size() > zone && time.size() == time_.size() && time.substr(zone) == time_.substr(zone) &&
         time >= time_ && plugins::seconds_of(std::string(time)) <= now_() + skew_s;
}

void PodLog::begin_entry(std::string_view time) {
  place_ = Place::text;
  in_part_ = 0;
  are_words_ = false;
  time_ = time;
  const std::string_view second = time.substr(0, seconds_size);
  // The rest of a line that began before that second: its kubelet writes no time but where it begins to read.
  if (old_ > 0 && time < first_) {
    skip_ = std::string::npos;
    return;
  }
  if (old_ > 0 && time <= newest_) {
    skip_ = --old_ > 0 ? std::string::npos : delivered_;
    return;
  }
  old_ = skip_ = delivered_ = 0;
  if (second > std::string_view(newest_).substr(0, seconds_size)) {
    entries_ = 0;
    first_ = time;
  }
  if (second >= std::string_view(newest_).substr(0, seconds_size)) ++entries_;
  newest_ = std::max(newest_, time_);
}

void PodLog::take_text(std::string_view text, std::string& fresh) {
  in_part_ += text.size();
  if (text.ends_with('\n')) {
    place_ = Place::time;
  } else if (in_part_ == part_size) {
    place_ = Place::behind_part;
  }
  if (are_words_) {
    constexpr std::size_t enough = 1000;
    words_.append(text.substr(0, enough - std::min(enough, words_.size())));
    return;
  }
  const std::size_t old = std::min(skip_, text.size());
  if (skip_ != std::string::npos) skip_ -= old;
  text.remove_prefix(old);
  delivered_ += text.size();
  fresh += text;
}

std::string PodLog::finish() {
  std::string fresh;
  if (place_ != Place::time) take_text(std::exchange(held_, {}), fresh);
  return fresh;
}

std::string PodLog::begin_again() {
  ++answers_;
  place_ = Place::time;
  are_words_ = false;
  words_.clear();
  held_.clear();
  time_.clear();
  old_ = entries_;
  if (newest_.empty()) return {};
  const std::size_t zone = std::min(newest_.find_first_not_of(".0123456789", seconds_size), newest_.size());
  std::string from = newest_.substr(0, seconds_size) + newest_.substr(zone);
  from.pop_back();  // the blank
  return from;
}

}  // namespace dream::kubernetes
