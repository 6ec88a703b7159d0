#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/ids.hpp"
#include "base/process.hpp"
#include "output/colors.hpp"
#include "output/reporter.hpp"
#include "output/writer.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// dream's stdout and stderr. When both are the same file, pipe or terminal they share one writer: bytes of
/// two writers could meet in the middle of a line.
class Console {
 public:
  struct Callbacks {
    std::function<void()> on_room;                   ///< held-back tasks may go on
    std::function<void(Stream, int error)> on_lost;  ///< a descriptor can't be written any more
  };
  Console(boost::asio::io_context& context, Callbacks callbacks, int out_descriptor = 1,
          int err_descriptor = 2);

  [[nodiscard]] Writer& writer(Stream stream) { return stream == Stream::out || !err_ ? *out_ : *err_; }
  [[nodiscard]] std::size_t pending() const { return out_->pending() + (err_ ? err_->pending() : 0); }
  [[nodiscard]] std::size_t total_written() const {
    return out_->total_written() + (err_ ? err_->total_written() : 0);
  }
  [[nodiscard]] bool shared() const noexcept { return err_ == nullptr; }
  void abandon();

 private:
  std::unique_ptr<Writer> out_;
  std::unique_ptr<Writer> err_;  ///< none: shared
};

/// What becomes of the tasks' bytes and of dream's own words. Most show the bytes only, and need not know
/// what the engine does.
class Renderer : public Reporter {
 public:
  [[nodiscard]] Result<void> begin(Instant /*now*/) override { return {}; }
  void report(Instant /*now*/, const engine::Action& /*action*/,
              std::span<const engine::Outcome> /*outcomes*/) override {}

  /// Takes all bytes. False: hold back until the console's on_room, then ask ready().
  virtual bool write(StepIndex step, Stream stream, std::string_view bytes) = 0;
  [[nodiscard]] virtual bool ready(StepIndex step, Stream stream) const = 0;
  /// After the step's last byte.
  virtual void end(StepIndex step) = 0;
  /// dream's own words, on stderr: whole lines with their newlines.
  virtual void say(std::string_view lines) = 0;

  /// The console has room again.
  virtual void resume() {}
  /// Whether there is something to show that waits for room.
  [[nodiscard]] virtual bool busy() const { return false; }
};

/// How the output of a run looks; docs/functional-specification.md, section 6.
enum class OutputMode : std::uint8_t {
  prefix,         ///< whole lines, each with a label
  plain,          ///< whole lines without labels
  raw,            ///< bytes as they come
  grouped,        ///< each step's whole output at its end, failures last
  grouped_front,  ///< so those in front; the others as in prefix
  quiet,          ///< the last lines of what fails
  events,         ///< everything as JSON lines on stdout
};

/// `on_room` as of the console. The console must outlive the renderer.
[[nodiscard]] std::unique_ptr<Renderer> make_renderer(boost::asio::io_context& context, Console& console,
                                                      const Plan& plan, OutputMode mode, Colors colors,
                                                      const std::function<void()>& on_room);

}  // namespace dream::output
