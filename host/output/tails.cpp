#include "output/tails.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace dream::output {

Tails::Tails(std::size_t steps)
    : kept_(std::clamp<std::size_t>(all_kept / std::max<std::size_t>(steps, 1), std::size_t{4} << 10U,
                                    most_kept)),
      tails_(steps) {}

/// Within a second times aren't told apart, and where there are many bursts, two become one.
void Tails::add_time(Instant now, Tail& tail) {
  constexpr std::size_t most_bursts = 2048;
  if (!tail.bursts.empty() && now - tail.bursts.back().begin < std::chrono::seconds(1)) {
    tail.bursts.back().end = now;
    return;
  }
  if (tail.bursts.size() == most_bursts) {
    std::deque<Burst> fewer;
    for (std::size_t at = 0; at < most_bursts; at += 2)
      fewer.push_back({tail.bursts[at].begin, tail.bursts[at + 1].end, tail.bursts[at].from});
    tail.bursts.swap(fewer);
  }
  tail.bursts.push_back({now, now, tail.all});
}

std::string StreamLines::add(Stream stream, std::string_view bytes) {
  std::string& open = open_[place(stream)];
  const std::size_t end = bytes.rfind('\n') + 1;  // 0: it has none
  open += end == 0 ? bytes : bytes.substr(0, end);
  if (end == 0 && open.size() < longest_line) return {};
  const bool is_beside = begun_.has_value() && *begun_ != stream;
  begun_ = end == 0 ? std::optional(stream) : std::nullopt;
  return (is_beside ? "\n" : "") +
         std::exchange(open, std::string(end == 0 ? std::string_view() : bytes.substr(end)));
}

std::string StreamLines::both_open() const {
  const std::size_t first = place(begun_.value_or(Stream::out));
  const std::string& second = open_[1 - first];
  const bool is_beside = !second.empty() && (begun_ || !open_[first].empty());
  return open_[first] + (is_beside ? "\n" : "") + second;
}

std::string StreamLines::end() {
  std::string lines = both_open();
  if (!lines.empty() || begun_) lines += '\n';
  *this = {};
  return lines;
}

void Tails::end_lines(Instant now, StepIndex step) {
  Tail& tail = tails_[position(step)];
  if (const std::string lines = tail.lines.end(); !lines.empty()) keep(now, tail, lines);
}

void Tails::add(Instant now, StepIndex step, Stream stream, std::string_view bytes) {
  Tail& tail = tails_[position(step)];
  tail.latest = now;
  if (const std::string lines = tail.lines.add(stream, bytes); !lines.empty()) keep(now, tail, lines);
}

void Tails::keep(Instant now, Tail& tail, std::string_view bytes) const {
  add_time(now, tail);
  while (!bytes.empty()) {
    std::string& kept = tail.bytes;
    const std::size_t room = kept_ - kept.size();
    std::size_t size = bytes.size();
    if (size > room) size = bytes.substr(0, room).rfind('\n') + 1;
    const std::size_t lines = kept.rfind('\n') + 1;
    if (size == 0 && lines > 0) {  // these take the place of those before
      tail.before.assign(kept, 0, lines);
      kept.erase(0, lines);
      continue;
    }
    const bool is_longer = size == 0;
    if (is_longer) size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    kept += bytes.substr(0, size);
    tail.all += size;
    bytes.remove_prefix(size);
    if (is_longer) cut_line(tail);
  }
  const std::uint64_t gone = tail.all - tail.before.size() - tail.bytes.size();
  while (tail.bursts.size() > 1 && tail.bursts[1].from <= gone) tail.bursts.pop_front();
}

/// A line that is longer than all that is kept has only its end left, and pushes nothing else out by what it
/// has lost.
void Tails::cut_line(Tail& tail) const {
  std::size_t begin = tail.bytes.size() - kept_;
  for (int more = 0; more < 3 && begin < tail.bytes.size() && (tail.bytes[begin] & 0xC0) == 0x80; ++more)
    ++begin;
  const std::uint64_t line = tail.all - tail.bytes.size();
  tail.bytes.erase(0, begin);
  tail.all -= begin;
  for (Burst& burst : tail.bursts | std::views::reverse) {
    if (burst.from <= line) break;
    burst.from = std::max(line, burst.from - std::min<std::uint64_t>(burst.from, begin));
  }
}

std::string last_lines(const std::string& text, std::size_t lines) {
  if (lines == 0) return {};
  std::size_t at = text.size();
  if (text.ends_with('\n')) --at;
  for (; at > 0; --at)
    if (text[at - 1] == '\n' && --lines == 0) break;
  return text.substr(at);
}

Tails::Lines Tails::last_lines_of(StepIndex step, std::size_t lines, std::optional<Instant> since) const {
  const Tail& tail = tails_[position(step)];
  Lines found;
  const bool is_new = !since || tail.latest >= *since;
  for (const Stream stream : {Stream::err, Stream::out}) {
    if (!is_new || lines == 0 || tail.lines.open(stream).empty()) continue;
    found.open[stream == Stream::out ? 0 : 1] = {stream, tail.lines.open(stream)};
    --lines;
  }
  found.whole = last_whole(tail, lines, since);
  return found;
}

std::string Tails::last(StepIndex step, std::size_t lines, std::optional<Instant> since) const {
  const Lines found = last_lines_of(step, lines, since);
  const auto& [out, err] = found.open;
  return found.whole + out.second + (out.second.empty() || err.second.empty() ? "" : "\n") + err.second;
}

std::string Tails::last_whole(const Tail& tail, std::size_t lines, std::optional<Instant> since) {
  std::string all = tail.before + tail.bytes;
  const auto burst =
      since ? std::ranges::find_if(tail.bursts, [&](const Burst& it) { return it.end >= *since; })
            : tail.bursts.begin();
  const std::uint64_t wanted = burst == tail.bursts.end() ? 0 : tail.all - burst->from;
  if (since && wanted < all.size()) return last_lines(all.substr(all.size() - wanted), lines);
  return last_lines(all, lines);
}

}  // namespace dream::output
