#include "runtime/output_watch.hpp"

#include <utility>

namespace dream::runtime {

namespace {

constexpr auto interval = std::chrono::milliseconds(250);

}  // namespace

OutputWatch::OutputWatch(output::Console& console, Clock& clock, std::function<void(engine::ReaderSeen)> tell)
    : console_(console), clock_(clock), tell_(std::move(tell)), alarm_(clock.make_alarm()) {}

void OutputWatch::start() {
  if (!std::exchange(started_, true)) look();
}

void OutputWatch::stop() {
  alarm_->cancel();
}

void OutputWatch::look() {
  look_at(Stream::out, readers_[0]);
  look_at(Stream::err, readers_[1]);
  alarm_->set(clock_.now() + interval, [this] { look(); });
}

void OutputWatch::look_at(Stream stream, Reader& reader) {
  const output::Writer& writer = console_.writer(stream);
  const bool took_some = std::exchange(reader.written, writer.total_written()) != writer.total_written();
  // What was not there when it was looked at last may be taken yet.
  const bool stuck = !took_some && reader.reading != engine::Reading::nothing_left;
  const engine::Reading now = writer.pending() == 0 ? engine::Reading::nothing_left
                              : stuck               ? engine::Reading::takes_nothing
                                                    : engine::Reading::takes_some;
  if (std::exchange(reader.reading, now) != now) tell_({stream, now});
}

}  // namespace dream::runtime
