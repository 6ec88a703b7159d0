/// Whether a run says what its child says: how it ends, and what it writes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"

namespace dream::conformance {

namespace {

/// A run that is one child of this machine, and where that stands among the host's children.
struct OneChild {
  StagedRun& run;
  std::size_t child;
};

std::vector<std::size_t> places_of_children(Stage& stage, const StagedRun& run) {
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < stage.host().children().size(); ++at) {
    if (stage.host().children()[at].run == run.id) places.push_back(at);
  }
  return places;
}

bool has_started(Stage& stage, const StagedRun& run) {
  return run.start_status != DREAM_STARTING ||
         std::ranges::find(stage.host().started_runs(), run.id) != stage.host().started_runs().end();
}

void end_run(Stage& stage, StagedRun& run) {
  stage.finish(run);
  if (run.exits > 0) stage.release(run);
}

/// Nothing: a run can't be started, or is something else, and the scenario counts as skipped. What a plugin
/// starts to reach another machine, to prepare a task or to look after it has words and an end of its own.
std::optional<OneChild> start_one_child(Stage& stage) {
  if (stage.runs_elsewhere()) {
    stage.findings().skipped = more_than_a_child;
    return std::nullopt;
  }
  StagedRun* run = stage.start_and_wait();
  if (run == nullptr) return std::nullopt;
  stage.settle(*run, Ending::none, Stage::hasty_turns, false);
  if (places_of_children(stage, *run).empty()) {
    stage.findings().skipped = no_child;
    end_run(stage, *run);
    return std::nullopt;
  }
  stage.child_writes(*run);  // which may be what it waits for
  stage.settle(*run, Ending::none, Stage::hasty_turns, false);
  const std::vector<std::size_t> children = places_of_children(stage, *run);
  if (children.size() == 1 && run->exits == 0 && has_started(stage, *run))
    return OneChild{*run, children.front()};
  stage.findings().skipped = more_than_a_child;
  end_run(stage, *run);
  return std::nullopt;
}

/// Lets the child end. False: the run goes on, or has another child now, as one that tries again.
bool end_with_child(Stage& stage, const OneChild& one, const ExitStatus& end) {
  const dream_exit wire = plugin::exit_of(end);
  stage.host().exit_child(one.child, wire.kind, wire.value);
  stage.settle(one.run, Ending::none);
  return one.run.exits > 0 && places_of_children(stage, one.run).size() == 1;
}

/// Whoever tells another end with a text, or that it is lost, doesn't pass it off as the child's.
bool is_as_told(const ExitStatus& end, const StagedRun& run) {
  const auto* killed = std::get_if<KilledBy>(&end);
  return !run.end || run.says_why || std::holds_alternative<Lost>(*run.end) || *run.end == end ||
         (killed != nullptr && is_end_by(*run.end, killed->signal));
}

}  // namespace

void end_as_children_do(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  for (const ExitStatus& end :
       std::array<ExitStatus, 4>{ExitedWith{0}, ExitedWith{3}, ExitedWith{200}, KilledBy{SIGKILL}}) {
    const std::optional<OneChild> one = start_one_child(stage);
    if (!one) return;
    const bool is_over = end_with_child(stage, *one, end);
    if (!is_over && is_success(end)) findings.skipped = more_than_a_child;
    if (is_over && !is_as_told(end, one->run)) {
      findings.add(Fault::other_exit, fmt::format("its child ends with {}, and the run with {}",
                                                  to_string(end), to_string(*one->run.end)));
    }
    end_run(stage, one->run);
    if (one->run.exits == 0 || !findings.skipped.empty()) return;
  }
}

namespace {

struct Piece {
  std::uint32_t stream;
  std::string bytes;
  bool reader_is_slow = false;  ///< takes nothing more, until the next piece that is read at once
};

/// Lines that no other piece has.
std::string lines(std::string_view name, std::size_t least_size) {
  std::string text;
  for (int number = 0; text.size() < least_size; ++number) text += fmt::format("{} {}\n", name, number);
  return text;
}

/// With a letter that two pieces share, much at once, and a line that has no end.
std::vector<Piece> pieces() {
  constexpr std::size_t much = 100'000;
  return {{DREAM_STDOUT, "first \xC3"},
          {DREAM_STDERR, lines("problem", 1)},
          {DREAM_STDOUT, "\xBC of two\n"},
          {DREAM_STDOUT, lines("result", much)},
          {DREAM_STDERR, lines("trouble", much)},
          {DREAM_STDOUT, lines("slow", 1), true},
          {DREAM_STDERR, lines("slower", 1), true},
          {DREAM_STDOUT, lines("waiting", much)},
          {DREAM_STDERR, "last words"},
          {DREAM_STDOUT, "no line"}};
}

std::string_view name_of(std::uint32_t stream) {
  return stream == DREAM_STDOUT ? "stdout" : "stderr";
}

/// The plugin may write more than its child does.
void look_for_pieces(Stage& stage, const StagedRun& run, const std::vector<Piece>& written) {
  for (const std::uint32_t stream : {DREAM_STDOUT, DREAM_STDERR}) {
    const std::string whole = stage.host().output(run.id, stream);
    const std::string other =
        stage.host().output(run.id, stream == DREAM_STDOUT ? DREAM_STDERR : DREAM_STDOUT);
    std::size_t end = 0;
    for (const Piece& piece : written) {
      if (piece.stream != stream) continue;
      const std::size_t at = whole.find(piece.bytes, end);
      if (at != std::string::npos) {
        end = at + piece.bytes.size();
        if (whole.find(piece.bytes, end) == std::string::npos) continue;
      }
      const bool is_on_other = at == std::string::npos && other.find(piece.bytes) != std::string::npos;
      return stage.findings().add(
          Fault::other_output,
          is_on_other
              ? fmt::format("what its child writes to {} arrives on the other stream", name_of(stream))
              : fmt::format("{} bytes that its child writes to {} at once don't arrive whole, once and "
                            "in their order",
                            piece.bytes.size(), name_of(stream)));
    }
  }
}

}  // namespace

void write_as_children_do(const Subject& subject, Findings& findings) {
  const Scene scene(subject, findings);
  if (!scene.stage) return;
  Stage& stage = *scene.stage;
  const std::optional<OneChild> one = start_one_child(stage);
  if (!one) return;
  const std::vector<Piece> written = pieces();
  for (const Piece& piece : written) {
    // Whoever was told to hold back has to bring the rest later.
    if (piece.reader_is_slow) stage.host().stop_reading();
    stage.host().child_writes(one->child, piece.stream, piece.bytes);
    stage.settle(one->run, Ending::none, Stage::hasty_turns, false);
    if (!piece.reader_is_slow) stage.host().go_on_reading();
  }
  stage.settle(one->run, Ending::none, Stage::hasty_turns, false);
  if (end_with_child(stage, *one, ExitedWith{0})) {
    look_for_pieces(stage, one->run, written);
  } else {
    findings.skipped = more_than_a_child;
  }
  end_run(stage, one->run);
}

}  // namespace dream::conformance
