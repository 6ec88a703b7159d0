#include "pod_log.hpp"

#include <algorithm>
#include <utility>

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

bool is_time(std::string_view text) {
  return text.size() > seconds_size && text.back() == ' ' && may_be_time(text);
}

}  // namespace

std::string PodLog::take(std::string_view bytes) {
  std::string fresh;
  while (!bytes.empty()) {
    if (place_ == Place::text) {
      std::size_t size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
      if (in_part_ < part_size) size = std::min(size, part_size - in_part_);
      take_text(bytes.substr(0, size), fresh);
      bytes.remove_prefix(size);
      continue;
    }
    time_ += bytes.front();
    bytes.remove_prefix(1);
    if (is_time(time_)) {
      begin_entry(std::exchange(time_, {}));
    } else if (!may_be_time(time_)) {
      // Before a time there may be words of the node's own.
      if (place_ == Place::time) in_part_ = part_size + 1;
      place_ = Place::text;
      take_text(std::exchange(time_, {}), fresh);
    }
  }
  return fresh;
}

void PodLog::begin_entry(const std::string& time) {
  place_ = Place::text;
  in_part_ = 0;
  const std::string_view second = std::string_view(time).substr(0, seconds_size);
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
  newest_ = std::max(newest_, time);
}

void PodLog::take_text(std::string_view text, std::string& fresh) {
  in_part_ += text.size();
  if (text.ends_with('\n')) {
    place_ = Place::time;
  } else if (in_part_ == part_size) {
    place_ = Place::behind_part;
  }
  const std::size_t old = std::min(skip_, text.size());
  if (skip_ != std::string::npos) skip_ -= old;
  text.remove_prefix(old);
  delivered_ += text.size();
  fresh += text;
}

std::string PodLog::finish() {
  std::string fresh;
  if (place_ == Place::behind_part) take_text(std::exchange(time_, {}), fresh);
  return fresh;
}

std::string PodLog::begin_again() {
  place_ = Place::time;
  time_.clear();
  old_ = entries_;
  if (newest_.empty()) return {};
  const std::size_t zone = std::min(newest_.find_first_not_of(".0123456789", seconds_size), newest_.size());
  std::string from = newest_.substr(0, seconds_size) + newest_.substr(zone);
  from.pop_back();  // the blank
  return from;
}

}  // namespace dream::kubernetes
