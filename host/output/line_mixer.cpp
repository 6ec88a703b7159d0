#include "output/line_mixer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dream::output {

LineMixer::LineMixer(boost::asio::io_context& context, Writer& writer, std::function<void()> on_room,
                     std::function<Instant()> clock)
    : writer_(writer), on_room_(std::move(on_room)), clock_(std::move(clock)), timer_(context) {}

Mixer::StreamId LineMixer::add_stream(std::string label) {
  sources_.push_back({.label = std::move(label), .kept = {}, .wait = {}});
  return sources_.size() - 1;
}

bool LineMixer::write(StreamId stream, std::string_view bytes) {
  if (holder_ == none || holder_ == stream) {
    emit(stream, bytes);
    writer_.commit();
    return writer_.room();
  }
  Source& source = sources_[stream];
  source.kept.append(bytes);
  const bool whole_line = bytes.find('\n') != std::string_view::npos;
  if (whole_line || source.kept.size() > kept_line) begin_waiting(source);
  return room(stream);
}

/// Writes all whole lines of the stream and keeps, or begins to write, the rest.
void LineMixer::emit(StreamId stream, std::string_view bytes) {
  Source& source = sources_[stream];
  const std::string_view rest = emit_lines(source, bytes);
  if (holder_ == stream && !source.mid_line) release();
  if (source.mid_line) {
    writer_.append(rest);
    return;
  }
  source.kept.append(rest);
  if (source.kept.size() <= kept_line) return;
  if (holder_ == none) {
    hold(stream);
  } else {
    begin_waiting(source);  // one that had waited has a long line, too
  }
}

/// Returns what stands behind the last newline.
std::string_view LineMixer::emit_lines(Source& source, std::string_view bytes) {
  const void* last = ::memrchr(bytes.data(), '\n', bytes.size());
  if (last == nullptr) return bytes;
  const auto size = static_cast<std::size_t>(static_cast<const char*>(last) - bytes.data()) + 1;
  std::string_view lines = bytes.substr(0, size);
  if (!source.mid_line) writer_.append(source.label);
  writer_.append(source.kept);
  source.kept.clear();
  source.mid_line = false;
  while (true) {
    const auto* newline = static_cast<const char*>(std::memchr(lines.data(), '\n', lines.size()));
    const auto length = static_cast<std::size_t>(newline - lines.data()) + 1;
    writer_.append(lines.substr(0, length));
    lines.remove_prefix(length);
    if (lines.empty()) return bytes.substr(size);
    writer_.append(source.label);
  }
}

void LineMixer::hold(StreamId stream) {
  Source& source = sources_[stream];
  writer_.append(source.label);
  writer_.append(source.kept);
  source.kept.clear();
  source.kept.shrink_to_fit();
  source.mid_line = true;
  source.wait.reset();
  holder_ = stream;
}

void LineMixer::begin_waiting(Source& source) {
  if (source.wait) return;
  source.wait = {.since = clock_(), .behind = writer_.total_written() + writer_.pending()};
  set_timer();
}

Mixer::StreamId LineMixer::longest_waiting() const {
  StreamId longest = none;
  for (StreamId stream = 0; stream < sources_.size(); ++stream) {
    const std::optional<Wait>& wait = sources_[stream].wait;
    if (wait && (longest == none || wait->since < sources_[longest].wait->since)) longest = stream;
  }
  return longest;
}

/// While the reader still takes what was there before, the line keeps nobody waiting.
bool LineMixer::due(StreamId stream, Instant now) const {
  const Wait& wait = *sources_[stream].wait;
  return now - wait.since >= longest_wait && (writer_.total_written() >= wait.behind || writer_.lost());
}

/// The holder's line is over: what the others have of whole lines is written. Whoever waits then has a long
/// line as well, and holds the writer next.
void LineMixer::release() {
  holder_ = none;
  for (Source& source : sources_) {
    if (!source.wait) continue;
    const std::string waiting = std::exchange(source.kept, {});
    source.kept = emit_lines(source, waiting);
    if (source.kept.size() <= kept_line) source.wait.reset();
  }
  const StreamId next = longest_waiting();
  if (next != none) hold(next);
  if (longest_waiting() == none) timer_.cancel();
  on_room_();
}

void LineMixer::end_waiting() {
  const Instant now = clock_();
  for (StreamId next = longest_waiting(); next != none && due(next, now); next = longest_waiting()) {
    writer_.append("\n");
    sources_[holder_].mid_line = false;
    release();
  }
  if (longest_waiting() != none) set_timer();
  writer_.commit();
}

void LineMixer::set_timer() {
  if (timer_.is_set()) return;
  const Duration waited = clock_() - sources_[longest_waiting()].wait->since;
  timer_.call_after(waited < longest_wait ? longest_wait - waited : longest_wait, [this] { end_waiting(); });
}

/// Of a stream that ended.
void LineMixer::finish_line(Source& source) {
  if (source.kept.empty() && !source.mid_line) return;
  if (!source.mid_line) writer_.append(source.label);
  writer_.append(source.kept);
  writer_.append("\n");
  source.kept.clear();
  source.mid_line = false;
}

void LineMixer::end(StreamId stream) {
  Source& source = sources_[stream];
  if (holder_ != none && holder_ != stream) {
    if (source.kept.empty()) return;
    // What comes after this, of another attempt of the step, is a line of its own.
    if (source.kept.back() != '\n') source.kept += '\n';
    begin_waiting(source);
    return;
  }
  finish_line(source);
  if (holder_ == stream) release();
  writer_.commit();
}

bool LineMixer::room(StreamId stream) const {
  if (holder_ != none && holder_ != stream) return sources_[stream].kept.size() <= kept_line;
  return writer_.room();
}

}  // namespace dream::output
