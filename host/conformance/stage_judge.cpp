/// What the stage sees that is wrong.
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/cut_off.hpp"
#include "base/text.hpp"
#include "conformance/stage.hpp"
#include "plugin/c_values.hpp"

namespace dream::conformance {

Fault Stage::fault_of(const testing::FakeRefusal& refusal) const {
  using detail::Breach;
  if (refusal.function == "start_failed" && refusal.why.breach == Breach::handle) return Fault::false_start;
  if (refusal.function == "ready") return asks_ready_ ? Fault::odd_ready : Fault::false_ready;
  if (refusal.function == "started") return Fault::false_start;
  switch (refusal.why.breach) {
    case Breach::thread:
      return Fault::wrong_thread;
    case Breach::argument:
      return Fault::wrong_argument;
    case Breach::unknown:
      return Fault::unknown_value;
    case Breach::late_output:
      return Fault::late_output;
    case Breach::second_end:
      return Fault::second_exit;
    case Breach::child_left:
      return Fault::child_left;
    case Breach::none:
    case Breach::handle:
      break;
  }
  return Fault::wrong_handle;
}

bool is_line_or_empty(std::string_view text) {
  return printable(text) == text;
}

void Stage::add(Fault fault, std::string text) {
  const std::scoped_lock lock(mutex_);
  for (const SeenFault& seen : findings_.faults) {
    if (seen.fault == fault && seen.text == text) return;
  }
  findings_.add(fault, std::move(text));
}

void Stage::check_text(const char* what, dream_str text) {
  if (detail::is_sound(text)) return check_line(what, plugin::text_of(text));
  add(Fault::wrong_argument, fmt::format("{} is a text that can't be: without data, or too long", what));
}

void Stage::check_line(const char* what, std::string_view text) {
  constexpr std::size_t most_shown = 200;
  if (Lent::is_taken_back(text)) {
    add(Fault::borrowed_text, fmt::format("{} is a text that was lent for another call only", what));
  } else if (text.size() > plugin::longest_line) {
    add(Fault::more_than_a_line,
        fmt::format("{} has {} bytes, of which dream shows the first {}: {}", what, text.size(),
                    plugin::longest_line, printable(cut_off(text, most_shown))));
  } else if (!is_line_or_empty(text)) {
    add(Fault::more_than_a_line,
        fmt::format("{} is no line of text: {}", what, printable(cut_off(text, most_shown))));
  }
}

void Stage::judge(const char* call, dream_status status, const testing::FakeErrors* errors) {
  if (status < DREAM_E_INTERNAL || status > DREAM_AGAIN) {
    add(Fault::unknown_status, fmt::format("\"{}\" answers {}, which is no status", call, status));
  }
  if (errors == nullptr) return;
  const int expected = status < 0 ? 1 : 0;
  if (errors->count != expected) {
    add(Fault::silent_failure, fmt::format(R"("{}" answers {} and has called "fail" {} times)", call,
                                           plugin::status_name(status), errors->count));
  } else if (status < 0 && (errors->message.empty() || errors->code != status)) {
    add(Fault::silent_failure,
        fmt::format(R"("{}" answers {} and told "fail" {})", call, plugin::status_name(status),
                    errors->message.empty() ? "no message" : "another code"));
  }
  for (const std::string* text : {&errors->where, &errors->message, &errors->hint}) {
    check_line("what it says of a failure", *text);
  }
}

void Stage::on_exit(void* context, const dream_exit* exit) noexcept {
  const auto& waiting = *static_cast<Waiting*>(context);
  waiting.stage->note_exit(*waiting.run, exit);
}

void Stage::note_exit(StagedRun& run, const dream_exit* exit) {
  if (run.released) {
    add(Fault::exit_after_release, "it calls on_exit of a run that was released");
    return;
  }
  if (std::this_thread::get_id() != loop_) ended_by_thread_ = true;
  static_cast<void>(host_.end_run(run.id));  // what is wrong with it is one of the refusals
  plugin::ReportedExit told = plugin::read_exit(exit);
  if (run.exits == 0) {
    run.end = std::move(told.status);
    run.says_why = !told.text.empty();
    run.ended_well = !run.asked_to_end && run.end == ExitStatus(ExitedWith{0});
  }
  if (++run.exits > 1) return;
  if (!told.sound) add(Fault::odd_exit, "on_exit is told an end that makes no sense");
  if (exit != nullptr) check_text("the text of an end", plugin::copy_of(exit).text);
}

// What is wrong with it is one of the refusals.
void Stage::note_start_failed(dream_run_id id) {
  const std::scoped_lock lock(mutex_);
  for (StagedRun& run : runs_) {
    if (run.id == id) ++run.exits;
  }
}

void Stage::collect() {
  const std::vector<testing::FakeRefusal> refusals = host_.refusals();
  for (; collected_ < refusals.size(); ++collected_) {
    const testing::FakeRefusal& refusal = refusals[collected_];
    const bool post_missing = refusal.why.breach == detail::Breach::late_output && ended_by_thread_;
    add(fault_of(refusal),
        fmt::format("\"{}\" {}{}", refusal.function, refusal.why.what,
                    post_missing ? "; a thread that posts its output posts the end, too" : ""));
  }
  for (const testing::LoggedLine& line : host_.logged()) check_line("a line of its log", line.message);
  for (const auto& left : host_.left_behind()) check_line("what it says to have left behind", left.second);
  for (const testing::FakeStartFailure& failure : host_.start_failures()) {
    for (const std::string* text : {&failure.where, &failure.message, &failure.hint})
      check_line("what it says of a failure", *text);
  }
  const auto lent = [&](const char* what, std::string_view text) {
    if (!Lent::is_taken_back(text)) return;
    add(Fault::borrowed_text, fmt::format("{} has a text that was lent for another call only", what));
  };
  for (const testing::FakeChild& child : host_.children()) {
    for (const std::string& word : child.argv) lent("the argv of a child", word);
    for (const std::string& variable : child.environment) lent("the environment of a child", variable);
    lent("the directory of a child", child.directory);
  }
  for (const StagedRun& run : runs_) {
    lent("the output of a run", host_.output(run.id, DREAM_STDOUT));
    lent("the output of a run", host_.output(run.id, DREAM_STDERR));
  }
}

}  // namespace dream::conformance
