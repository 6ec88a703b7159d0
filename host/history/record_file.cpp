#include "history/record_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/json_builder.hpp"
#include "base/locked_file.hpp"
#include "base/open_file.hpp"
#include "base/read_all.hpp"
#include "base/write_all.hpp"

namespace dream::history {

namespace {

/// "output" of `{"v":1,"atUs":0,"event":"output",…`: dream has written the line.
std::string_view event_in(std::string_view line) {
  constexpr std::string_view key = R"("event":")";
  constexpr std::size_t farthest = 64;
  const std::size_t found = line.substr(0, farthest).find(key);
  if (found == std::string_view::npos) return {};
  line.remove_prefix(found + key.size());
  return line.substr(0, line.find('"'));
}

std::uint64_t number_in(std::string_view line, std::string_view key) {
  std::uint64_t number = 0;
  const std::size_t found = line.find(key);
  if (found == std::string_view::npos) return 0;
  std::from_chars(line.data() + found + key.size(), line.data() + line.size(), number);
  return number;
}

/// `problem`: the errno that is to blame, or 0.
std::string left_out_line(std::uint64_t at_us, std::uint64_t bytes, int problem = 0) {
  JsonLine json;
  json.begin_object().member("v", 1).member("atUs", at_us).member("event", "leftOut").member("bytes", bytes);
  if (problem != 0) json.member("error", std::strerror(problem));
  return json.end_object().line();
}

/// The text of a record without its oldest lines: the two at its begin stay, and so does what isn't output,
/// unless that alone is too much.
std::string shortened(std::string_view text, std::size_t wanted) {
  const auto line_at = [&](std::size_t at) {
    return text.substr(at, std::min(text.find('\n', at), text.size() - 1) + 1 - at);
  };
  std::size_t at = line_at(0).size();
  if (at < text.size()) at += line_at(at).size();
  std::size_t outputs = 0;
  for (std::size_t from = at; from < text.size(); from += line_at(from).size())
    if (is_output(line_at(from))) outputs += line_at(from).size();
  const std::size_t excess = text.size() - std::min(wanted, text.size());
  std::string kept(text.substr(0, at));
  std::size_t dropped = 0;
  std::uint64_t told = 0;  // was left out before
  std::uint64_t at_us = 0;
  while (at < text.size() && dropped < excess) {
    const std::string_view line = line_at(at);
    at += line.size();
    const bool tells = event_in(line) == "leftOut";
    if (!tells && outputs >= excess && !is_output(line)) {
      kept += line;
      continue;
    }
    if (tells) told += number_in(line, R"("bytes":)");
    if (!tells) dropped += line.size();
    at_us = number_in(line, R"("atUs":)");
  }
  if (dropped + told > 0) kept += left_out_line(at_us, dropped + told);
  return kept.append(text.substr(at));
}

}  // namespace

bool is_output(std::string_view line) {
  return event_in(line) == "output";
}

Result<RecordFile> RecordFile::create(const Descriptor& folder, std::string name, std::string_view first_line,
                                      std::size_t most_bytes) {
  RecordFile record(folder, std::move(name), most_bytes);
  const int problem = record.put(first_line);
  if (problem == 0) return record;
  return Error{
      ErrorCode::io, std::string("can't be written: ") + std::strerror(problem), {}, system_remedy(problem)};
}

int RecordFile::put(std::string_view text) {
  Descriptor file = publish_locked(*folder_, name_, text, Sync::no);
  if (!file.is_open()) return errno;
  file_ = std::move(file);
  size_ = text.size();
  return 0;
}

/// Whole, or not at all.
int RecordFile::add(std::string_view bytes) {
  const int problem = write_all(file_.get(), bytes);
  if (problem == 0) {
    size_ += bytes.size();
  } else if (::ftruncate(file_.get(), static_cast<off_t>(size_)) == 0) {
    ::lseek(file_.get(), static_cast<off_t>(size_), SEEK_SET);
  }
  return problem;
}

int RecordFile::add_behind_what_is_lost(std::string_view line) {
  if (lost_ > 0 && add(left_out_line(number_in(line, R"("atUs":)"), lost_, lost_by_)) == 0) lost_ = 0;
  return add(line);
}

/// Where the disk is full, how the run went is worth more than the last of what its steps wrote. In place, so
/// that no more of the disk is needed. False: there is none.
bool RecordFile::drop_late_output() {
  constexpr std::size_t most = std::size_t{64} << 10U;
  std::string tail(std::min(size_, most), '\0');
  const std::size_t before = size_ - tail.size();
  if (::pread(file_.get(), tail.data(), tail.size(), static_cast<off_t>(before)) != std::ssize(tail))
    return false;
  const std::size_t first = std::min(tail.find('\n'), tail.size() - 1) + 1;  // the first line stays
  std::string kept;
  for (std::size_t at = first; at < tail.size();) {
    const std::size_t end = std::min(tail.find('\n', at), tail.size() - 1) + 1;
    const std::string_view line = std::string_view(tail).substr(at, end - at);
    if (!is_output(line)) kept += line;
    at = end;
  }
  const std::size_t from = before + first;
  const std::size_t dropped = size_ - from - kept.size();
  const auto start = static_cast<off_t>(from);
  if (dropped == 0 || ::pwrite(file_.get(), kept.data(), kept.size(), start) != std::ssize(kept))
    return false;
  const std::size_t rest = from + kept.size();
  if (::ftruncate(file_.get(), static_cast<off_t>(rest)) != 0) return false;
  ::lseek(file_.get(), static_cast<off_t>(rest), SEEK_SET);
  size_ = rest;
  lost_ += dropped;
  return true;
}

int RecordFile::append(std::string_view line) {
  constexpr std::size_t most_beyond = std::size_t{1} << 20U;
  int problem = 0;
  if (!full_ && size_ + line.size() > limit_ && size_ > most_ / 2) problem = shrink();
  full_ = full_ || problem != 0;
  const bool takes = full_ ? !is_output(line) && size_ + line.size() <= limit_ + most_beyond : true;
  int failed = takes ? add_behind_what_is_lost(line) : 0;
  if (failed != 0 && !is_output(line) && drop_late_output()) {
    problem = lost_by_ = failed;
    whole_ = false;
    full_ = true;
    failed = add_behind_what_is_lost(line);
  }
  if (failed != 0) problem = failed;
  full_ = full_ || failed != 0;
  if (problem != 0) lost_by_ = problem;
  if (!takes || failed != 0) lost_ += line.size();
  whole_ = whole_ && lost_ == 0;
  return problem;
}

void RecordFile::remove() {
  ::unlinkat(folder_->get(), name_.c_str(), 0);
}

Result<std::string> RecordFile::text() const {
  return read_all(file_.get(), size_);
}

int RecordFile::shrink() {
  const Result<std::string> before = text();
  if (!before) return EIO;
  if (const int problem = put(shortened(*before, most_ / 2)); problem != 0) return problem;
  whole_ = false;
  limit_ = std::max(most_, 2 * size_);
  return 0;
}

}  // namespace dream::history
