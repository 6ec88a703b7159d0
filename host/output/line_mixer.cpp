#include "output/line_mixer.hpp"

#include <cstring>
#include <utility>

namespace dream::output {

LineMixer::LineMixer(boost::asio::io_context& context, Writer& writer, Style style,
                     std::function<void()> on_room, Duration stall_limit)
    : writer_(writer),
      style_(style),
      on_room_(std::move(on_room)),
      stall_limit_(stall_limit),
      stall_timer_(context) {}

LineMixer::StreamId LineMixer::add_stream(std::string label) {
  sources_.push_back({.label = std::move(label), .kept = {}});
  return sources_.size() - 1;
}

bool LineMixer::write(StreamId stream, std::string_view bytes) {
  Source& source = sources_[stream];
  if (holder_ != none && holder_ != stream) {
    source.kept.append(bytes);
    source.waits = true;
    watch_stall();
    return room(stream);
  }
  stalled_ = false;
  emit(stream, bytes);
  writer_.commit();
  return writer_.room();
}

/// Writes all whole lines of the stream and keeps, or begins to write, the rest.
void LineMixer::emit(StreamId stream, std::string_view bytes) {
  Source& source = sources_[stream];
  const void* last = ::memrchr(bytes.data(), '\n', bytes.size());
  if (last != nullptr) {
    const auto size = static_cast<std::size_t>(static_cast<const char*>(last) - bytes.data()) + 1;
    emit_lines(source, bytes.substr(0, size));
    bytes.remove_prefix(size);
    if (holder_ == stream) release();
    if (holder_ != none && holder_ != stream) {  // one that had waited has a long line, too
      source.kept.append(bytes);
      source.waits = !bytes.empty();
      return;
    }
  }
  if (source.mid_line) {
    writer_.append(bytes);
    return;
  }
  source.kept.append(bytes);
  const std::size_t limit = style_ == Style::bare ? 0 : kept_line;
  if (source.kept.size() > limit) hold(stream);
}

void LineMixer::emit_lines(Source& source, std::string_view lines) {
  bool first = true;
  while (!lines.empty()) {
    const auto* newline = static_cast<const char*>(std::memchr(lines.data(), '\n', lines.size()));
    const auto size = static_cast<std::size_t>(newline - lines.data()) + 1;
    if (!first || !source.mid_line) writer_.append(source.label);
    if (first) {
      writer_.append(source.kept);
      source.kept.clear();
      first = false;
    }
    writer_.append(lines.substr(0, size));
    lines.remove_prefix(size);
  }
  source.mid_line = false;
}

void LineMixer::hold(StreamId stream) {
  Source& source = sources_[stream];
  writer_.append(source.label);
  writer_.append(source.kept);
  source.kept.clear();
  source.kept.shrink_to_fit();
  source.mid_line = true;
  holder_ = stream;
}

/// The holder's line is over: those that waited go on, in their order, until one of them needs the writer for
/// itself.
void LineMixer::release() {
  holder_ = none;
  stall_timer_.cancel();
  for (StreamId stream = 0; stream < sources_.size() && holder_ == none; ++stream) {
    if (!std::exchange(sources_[stream].waits, false)) continue;
    const std::string waiting = std::exchange(sources_[stream].kept, {});
    emit(stream, waiting);
    if (sources_[stream].ended) finish_line(stream);
  }
  if (holder_ != none) watch_stall();
  on_room_();
}

/// Only while one holds the writer and another waits: an idle run has no timers.
void LineMixer::watch_stall() {
  if (watching_) return;
  watching_ = true;
  stalled_ = writer_.room();  // else it may wait for the reader
  stall_timer_.expires_after(stall_limit_);
  stall_timer_.async_wait([this](const boost::system::error_code& error) {
    watching_ = false;
    if (error || holder_ == none) return;
    if (!stalled_) {
      watch_stall();
      return;
    }
    if (style_ == Style::labelled) writer_.append("\n");
    sources_[holder_].mid_line = false;
    release();
    writer_.commit();
  });
}

void LineMixer::finish_line(StreamId stream) {
  Source& source = sources_[stream];
  if (source.kept.empty() && !source.mid_line) return;
  if (!source.mid_line) writer_.append(source.label);
  writer_.append(source.kept);
  source.kept.clear();
  if (style_ == Style::labelled) writer_.append("\n");
  source.mid_line = false;
  if (holder_ == stream) holder_ = none;
}

void LineMixer::end(StreamId stream) {
  sources_[stream].ended = true;
  if (holder_ != none && holder_ != stream) return;  // release() writes what it still has
  const bool held = holder_ == stream;
  finish_line(stream);
  if (held) release();
  writer_.commit();
}

bool LineMixer::room(StreamId stream) const {
  if (holder_ != none && holder_ != stream) return sources_[stream].kept.size() < kept_line;
  return writer_.room();
}

}  // namespace dream::output
