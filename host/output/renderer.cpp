#include "output/renderer.hpp"

#include <sys/stat.h>

#include <array>
#include <utility>
#include <vector>

#include "output/events.hpp"
#include "output/grouped.hpp"
#include "output/label.hpp"
#include "output/line_mixer.hpp"
#include "output/piece_mixer.hpp"
#include "output/quiet.hpp"
#include "output/screen.hpp"
#include "output/spool.hpp"

namespace dream::output {

namespace {

bool same_file(int a, int b) {
  struct stat first {};
  struct stat second {};
  if (::fstat(a, &first) != 0 || ::fstat(b, &second) != 0) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::unique_ptr<Mixer> make_mixer(boost::asio::io_context& context, Writer& writer, OutputMode mode,
                                  const std::function<void()>& on_room) {
  if (mode == OutputMode::raw) return std::make_unique<PieceMixer>(writer);
  if (writer.is_terminal()) return std::make_unique<Screen>(context, writer, Screen::ability_of_terminal());
  return std::make_unique<LineMixer>(context, writer, on_room);
}

/// The modes prefix and plain, in which steps are mixed by line, and raw: bytes go out as they come.
class StreamRenderer : public Renderer {
 public:
  StreamRenderer(boost::asio::io_context& context, Console& console, const Plan& plan, OutputMode mode,
                 Colors colors, const std::function<void()>& on_room)
      : out_(make_mixer(context, console.writer(Stream::out), mode, on_room)) {
    if (!console.shared()) err_ = make_mixer(context, console.writer(Stream::err), mode, on_room);
    std::vector<std::string> of_out(plan.steps.size());
    std::vector<std::string> of_err = of_out;
    if (mode == OutputMode::prefix) {
      of_out = line_labels(plan, colors.out);
      of_err = line_labels(plan, console.shared() ? colors.out : colors.err);
    }
    for (std::size_t at = 0; at < plan.steps.size(); ++at) {
      streams_.push_back({out_->add_stream(of_out[at]), mixer(Stream::err).add_stream(of_err[at])});
    }
    own_ = mixer(Stream::err).add_stream({});
  }

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    return mixer(stream).write(id(step, stream), bytes);
  }

  [[nodiscard]] bool ready(StepIndex step, Stream stream) const override {
    return (stream == Stream::out || !err_ ? *out_ : *err_).room(id(step, stream));
  }

  void end(StepIndex step) override {
    out_->end(id(step, Stream::out));
    mixer(Stream::err).end(id(step, Stream::err));
  }

  void say(std::string_view lines) override { mixer(Stream::err).write(own_, lines); }

 private:
  Mixer& mixer(Stream stream) { return stream == Stream::out || !err_ ? *out_ : *err_; }
  [[nodiscard]] Mixer::StreamId id(StepIndex step, Stream stream) const {
    return streams_[position(step)][stream == Stream::out ? 0 : 1];
  }

  std::unique_ptr<Mixer> out_;
  std::unique_ptr<Mixer> err_;  ///< none: shared
  std::vector<std::array<Mixer::StreamId, 2>> streams_;
  Mixer::StreamId own_ = 0;
};

}  // namespace

Console::Console(boost::asio::io_context& context, Callbacks callbacks, int out_descriptor,
                 int err_descriptor) {
  const auto make = [&](int descriptor, Stream stream) {
    return std::make_unique<Writer>(
        context, descriptor,
        Writer::Callbacks{callbacks.on_room,
                          [on_lost = callbacks.on_lost, stream](int error) { on_lost(stream, error); }});
  };
  out_ = make(out_descriptor, Stream::out);
  if (!same_file(out_descriptor, err_descriptor)) err_ = make(err_descriptor, Stream::err);
}

void Console::abandon() {
  out_->abandon();
  if (err_) err_->abandon();
}

std::unique_ptr<Renderer> make_renderer(boost::asio::io_context& context, Console& console, const Plan& plan,
                                        OutputMode mode, Colors colors,
                                        const std::function<void()>& on_room) {
  switch (mode) {
    case OutputMode::grouped:
    case OutputMode::grouped_front: {
      const Grouped which = mode == OutputMode::grouped ? Grouped::all : Grouped::front;
      return make_grouped_renderer(context, console, plan, which, colors, on_room, temporary_folder());
    }
    case OutputMode::quiet:
      return make_quiet_renderer(console, plan);
    case OutputMode::events:
      return make_events_renderer(console, plan, read_clock);
    case OutputMode::prefix:
    case OutputMode::plain:
    case OutputMode::raw:
      break;
  }
  return std::make_unique<StreamRenderer>(context, console, plan, mode, colors, on_room);
}

}  // namespace dream::output
