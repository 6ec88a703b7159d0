#include "output/quiet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escape_scanner.hpp"
#include "base/text.hpp"
#include "output/left_open.hpp"
#include "output/tails.hpp"

namespace dream::output {

namespace {

/// Enough for a failed assertion, or a compiler's first errors.
constexpr std::size_t lines_of_a_failure = 40;

/// A line without an end, or one of minified code, would fill the window and push the others out of it.
constexpr std::size_t most_of_a_line = 2048;

/// Of a long line, with a word about the rest.
std::string begin_of(std::string_view line) {
  EscapeScanner scanner;
  std::size_t whole = 0;  // up to here no escape sequence is open
  for (std::size_t at = 0; at < most_of_a_line; ++at) {
    static_cast<void>(scanner.is_text(line[at]));
    if (!scanner.is_within()) whole = at + 1;
  }
  std::string shown(line.substr(0, whole));
  while (!shown.empty() && (static_cast<unsigned char>(line[shown.size()]) & 0xC0U) == 0x80U)
    shown.pop_back();
  LeftOpen open;
  open.follow(shown);
  const std::size_t rest = line.size() - shown.size();
  return shown + "…" + open.take_end() + fmt::format(" ({} more bytes)", rest);
}

std::string without_long_lines(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t newline = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, newline);
    if (line.size() > most_of_a_line)
      shown += begin_of(line);
    else
      shown += line;
    if (newline < text.size()) shown += '\n';
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  return shown;
}

class QuietRenderer : public Renderer {
 public:
  QuietRenderer(Console& console, const Plan& plan)
      : console_(console), plan_(plan), tails_(plan.steps.size()) {}

  bool write(StepIndex step, Stream stream, std::string_view bytes) override {
    tails_.add(Instant{}, step, stream, bytes);  // when it came is nobody's question
    return true;
  }
  [[nodiscard]] bool ready(StepIndex /*step*/, Stream /*stream*/) const override { return true; }
  void end(StepIndex /*step*/) override {}
  void say(std::string_view lines) override { put(Stream::err, lines); }

  void report(Instant /*now*/, const engine::Action& action,
              std::span<const engine::Outcome> outcomes) override {
    if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
      tell(ended->step, outcomes[position(ended->step)], "");
    } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
      tell(over->attempt.step, outcomes[position(over->attempt.step)],
           fmt::format(" (attempt {})", over->attempt.number));
    }
  }

 private:
  void tell(StepIndex step, const engine::Outcome& outcome, std::string_view attempt) {
    if (outcome.kind != engine::OutcomeKind::failed) return;
    std::string last = tails_.take_last(step, lines_of_a_failure);
    if (last.empty()) return;
    last = without_long_lines(last);
    LeftOpen open;
    if (console_.writer(Stream::out).is_terminal()) open.follow(last);
    const bool ends_in_line = !last.ends_with('\n');
    last += open.take_end();
    if (ends_in_line) last += '\n';
    say(fmt::format("dream: ── {}{}, last lines ──\n", printable(to_string(plan_.steps[position(step)].id)),
                    attempt));
    put(Stream::out, last);
  }

  void put(Stream stream, std::string_view bytes) {
    console_.writer(stream).append(bytes);
    console_.writer(stream).commit();
  }

  Console& console_;
  const Plan& plan_;
  Tails tails_;
};

}  // namespace

std::unique_ptr<Renderer> make_quiet_renderer(Console& console, const Plan& plan) {
  return std::make_unique<QuietRenderer>(console, plan);
}

}  // namespace dream::output
