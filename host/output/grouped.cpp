#include "output/grouped.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "output/left_open.hpp"
#include "output/spool.hpp"
#include "output/summary.hpp"

namespace dream::output {

namespace {

class GroupedRenderer : public Renderer {
 public:
  GroupedRenderer(boost::asio::io_context& context, Console& console, const Plan& plan, Grouped which,
                  Colors colors, std::function<void()> on_room, std::string spool_folder)
      : context_(context),
        console_(console),
        plan_(plan),
        colors_(colors),
        on_room_(std::move(on_room)),
        spool_folder_(std::move(spool_folder)),
        kept_(plan.steps.size()) {
    if (which == Grouped::front) make_live();
  }

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    if (is_kept(step)) {
      const Result<void> kept = keep(step, stream, bytes);
      if (kept) return true;
      go_live(kept.error());
    }
    if (queue_.empty()) return write_live(step, stream, bytes);
    enqueue([this, step, stream, text = std::string(bytes)] {
      write_live(step, stream, text);
      return Shown::all;
    });
    return ready(step, stream);
  }

  [[nodiscard]] bool ready(StepIndex step, Stream stream) const override {
    return is_kept(step) || (queue_.empty() && live_->ready(step, stream));
  }

  void end(StepIndex step) override {
    if (is_kept(step)) {  // shown once its outcome is known
      kept_[position(step)].is_whole = true;
      return;
    }
    enqueue([this, step] {
      end_line(Stream::out);
      end_line(Stream::err);
      live_->end(step);
      return Shown::all;
    });
  }

  void say(std::string_view lines) override {
    enqueue([this, text = std::string(lines)] {
      if (live_) {
        end_line(Stream::err);
        live_->say(text);
      } else {
        put(Stream::err, text);
      }
      return Shown::all;
    });
  }

  void report(Instant /*now*/, const engine::Action& action,
              std::span<const engine::Outcome> outcomes) override {
    if (const auto* start = std::get_if<engine::Start>(&action)) {
      kept_[position(start->attempt.step)].is_whole = false;
    } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      end_group(ended->step, outcomes[position(ended->step)]);
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      end_attempt(over->attempt.step, fmt::format(" (attempt {})", over->attempt.number),
                  outcomes[position(over->attempt.step)]);
    } else if (const auto* held = std::get_if<engine::StepHeld>(&action)) {
      end_attempt(held->step, "", outcomes[position(held->step)]);
    } else if (std::holds_alternative<engine::Finish>(action)) {
      for (const StepIndex step : failed_) show(step);
      for (std::size_t at = 0; at < kept_.size(); ++at) show(static_cast<StepIndex>(at));
    }
  }

  void resume() override { pump(); }
  [[nodiscard]] bool busy() const override { return !queue_.empty(); }

 private:
  enum class Shown : unsigned char {
    all,
    some,
    nothing,  ///< the live renderer has no room for it
  };
  /// Puts something out while there is room.
  using Show = std::function<Shown()>;

  struct Kept {
    std::unique_ptr<Spool> spool;  ///< none: nothing that was not shown
    bool is_whole = false;         ///< nothing will come behind it
    std::string verdict;
  };

  /// What was put last on a writer.
  enum class Line : unsigned char {
    whole,
    begun,        ///< its step may go on with it
    without_end,  ///< its step has ended
  };
  struct Place {
    Line line = Line::whole;
    LeftOpen left_open;  ///< if it is a terminal
  };

  struct Group {
    std::string heading;
    std::unique_ptr<Spool> spool;
  };

  [[nodiscard]] bool is_kept(StepIndex step) const {
    return keeps_ && (!live_ || !plan_.steps[position(step)].background);
  }

  Result<void> keep(StepIndex step, Stream stream, std::string_view bytes) {
    std::unique_ptr<Spool>& spool = kept_[position(step)].spool;
    if (!spool) {
      Result<std::unique_ptr<Spool>> made = Spool::make(spool_folder_);
      if (!made) return made.error();
      spool = std::move(*made);
    }
    return spool->append(stream, bytes);
  }

  /// Nothing can be kept any more. What goes on is shown as if it came only now: its last line may have no
  /// end yet.
  void go_live(const Error& error) {
    keeps_ = false;
    make_live();
    say(fmt::format("dream: can't keep output for later: {}; from here on it is shown as it comes\n",
                    printable(to_string(error))));
    for (std::size_t at = 0; at < kept_.size(); ++at)
      if (kept_[at].is_whole) show(static_cast<StepIndex>(at));
    for (std::size_t at = 0; at < kept_.size(); ++at) {
      if (!kept_[at].spool) continue;
      const std::shared_ptr<Spool> spool = std::move(kept_[at].spool);
      enqueue([this, at, spool] { return pass_on(static_cast<StepIndex>(at), *spool); });
    }
  }

  void make_live() {
    if (!live_) live_ = make_renderer(context_, console_, plan_, OutputMode::prefix, colors_, on_room_);
  }

  [[nodiscard]] std::string verdict_on(StepIndex step, const engine::Outcome& outcome) const {
    if (outcome.kind == engine::OutcomeKind::succeeded) return {};
    return fmt::format(" {}, {}", word(outcome.kind),
                       printable(explain(outcome, plan_.steps[position(step)], plan_)));
  }

  /// What it wrote is of use now, and not at the end of a step that may go on for ever.
  void end_attempt(StepIndex step, const std::string& which, const engine::Outcome& outcome) {
    std::string& verdict = kept_[position(step)].verdict;
    verdict = which + verdict_on(step, outcome);
    show(step);
    verdict.clear();
  }

  void end_group(StepIndex step, const engine::Outcome& outcome) {
    kept_[position(step)].verdict = verdict_on(step, outcome);
    if (outcome.kind == engine::OutcomeKind::failed) {
      failed_.push_back(step);
    } else {
      show(step);
    }
  }

  void show(StepIndex step) {
    Kept& kept = kept_[position(step)];
    if (!kept.spool) return;
    const std::string text =
        fmt::format("── {}{} ──", printable(to_string(plan_.steps[position(step)].id)), kept.verdict);
    const auto group = std::make_shared<Group>();
    group->heading =
        colors_.err ? fmt::format("dream: \033[1m{}\033[0m\n", text) : fmt::format("dream: {}\n", text);
    group->spool = std::move(kept.spool);
    enqueue([this, group] { return show_some(*group); });
  }

  Shown show_some(Group& group) {
    put(Stream::err, std::exchange(group.heading, {}));
    const Result<std::optional<Spool::Piece>> piece = group.spool->take(buffer_);
    if (piece && *piece) {
      put((*piece)->stream, (*piece)->bytes);
      if (console_.writer((*piece)->stream).is_terminal())
        place((*piece)->stream).left_open.follow((*piece)->bytes);
      return Shown::some;
    }
    end_output(Stream::out);
    end_output(Stream::err);
    if (!piece) say_lost(piece.error());
    return Shown::all;
  }

  Shown pass_on(StepIndex step, Spool& spool) {
    if (!live_->ready(step, Stream::out) || !live_->ready(step, Stream::err)) return Shown::nothing;
    const Result<std::optional<Spool::Piece>> piece = spool.take(buffer_);
    if (piece && *piece) {
      write_live(step, (*piece)->stream, (*piece)->bytes);
      return Shown::some;
    }
    if (!piece) say_lost(piece.error());
    return Shown::all;
  }

  void say_lost(const Error& error) {
    say(fmt::format("dream: the rest of this output is lost: {}\n", printable(to_string(error))));
  }

  void enqueue(Show show) {
    queue_.push_back(std::move(show));
    pump();
  }

  void pump() {
    if (pumping_) return;  // what is shown may say something itself
    pumping_ = true;
    while (!queue_.empty() && console_.writer(Stream::out).room() && console_.writer(Stream::err).room()) {
      const Shown shown = queue_.front()();
      if (shown == Shown::nothing) break;
      if (shown == Shown::all) queue_.pop_front();
    }
    pumping_ = false;
  }

  void put(Stream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    end_line(stream);
    console_.writer(stream).append(bytes);
    console_.writer(stream).commit();
    place(stream).line = bytes.back() == '\n' ? Line::whole : Line::begun;
  }

  bool write_live(StepIndex step, Stream stream, std::string_view bytes) {
    end_line(stream);
    return live_->write(step, stream, bytes);
  }

  /// What comes next begins a line of its own. Only a terminal has it at once, for the prompt behind dream:
  /// the last bytes of a file are the step's.
  void end_output(Stream stream) {
    Place& at = place(stream);
    // Else it would change what dream says next, and the prompt.
    console_.writer(stream).append(at.left_open.take_end());
    console_.writer(stream).commit();
    if (at.line == Line::begun) at.line = Line::without_end;
    if (console_.writer(stream).is_terminal()) end_line(stream);
  }

  void end_line(Stream stream) {
    Place& at = place(stream);
    if (at.line != Line::without_end) return;
    at.line = Line::whole;
    console_.writer(stream).append("\n");
    console_.writer(stream).commit();
  }

  Place& place(Stream stream) { return places_[stream == Stream::out || console_.shared() ? 0 : 1]; }

  boost::asio::io_context& context_;
  Console& console_;
  const Plan& plan_;
  Colors colors_;
  std::function<void()> on_room_;
  std::string spool_folder_;
  std::vector<Kept> kept_;
  std::vector<StepIndex> failed_;  ///< in the order of their ends
  std::deque<Show> queue_;         ///< what is to be shown, in this order
  bool pumping_ = false;
  std::array<Place, 2> places_;     ///< of each writer
  bool keeps_ = true;               ///< something
  std::unique_ptr<Renderer> live_;  ///< of what isn't kept; none: all is
  std::array<char, 65536> buffer_{};
};

}  // namespace

std::unique_ptr<Renderer> make_grouped_renderer(boost::asio::io_context& context, Console& console,
                                                const Plan& plan, Grouped which, Colors colors,
                                                const std::function<void()>& on_room,
                                                const std::string& spool_folder) {
  return std::make_unique<GroupedRenderer>(context, console, plan, which, colors, on_room, spool_folder);
}

}  // namespace dream::output
