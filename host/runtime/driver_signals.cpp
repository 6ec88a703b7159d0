#include <fmt/format.h>

#include <csignal>

#include "base/text.hpp"
#include "process/guardian.hpp"
#include "process/signals.hpp"
#include "runtime/driver.hpp"

namespace dream::runtime {

void Driver::on_signal(int signal, bool to_group) {
  switch (process::meaning_of(signal)) {
    case process::SignalMeaning::stop:
    case process::SignalMeaning::crash:
      if (const bool left_to_it = to_group && is_left_to_step(signal); to_group) {
        session_.supervisor().heard_from_terminal(signal, left_to_it);
        if (left_to_it) break;
      }
      interrupted(signal);
      break;
    case process::SignalMeaning::hand_on:
      hand_on(signal, to_group);
      break;
    case process::SignalMeaning::suspend:
      suspend(signal, to_group);
      break;
    case process::SignalMeaning::nothing:
      break;
  }
}

/// A prompt takes Ctrl-C for the line or the query, as it would without dream. The terminal has told it, and
/// would tell others in front, too.
bool Driver::is_left_to_step(int signal) {
  if (signal != SIGINT && signal != SIGQUIT) return false;
  for (const auto& running : running_) {
    if (!running || !running->run || running->asked_to_end) continue;
    const StepIndex step = running->attempt.step;
    if (!plan_.steps[position(step)].interactive || !session_.services().is_alone_in_front(step)) continue;
    running->key = signal;
    return true;
  }
  return false;
}

void Driver::suspend(int signal, bool to_group) {
  tell_who_runs_on();
  session_.supervisor().suspend(signal, to_group);
  const Instant begin = read_clock();
  process::suspend_with_guardian(guardian_, signal);
  const Duration stopped = read_clock() - begin;
  clock_.leave_out(stopped);
  session_.supervisor().resume(stopped);
  for (const auto& running : running_) {
    if (running && running->prober) running->prober->was_stopped();
    if (running && running->health) running->health->was_stopped();
  }
}

/// What runs elsewhere isn't stopped.
void Driver::tell_who_runs_on() {
  std::vector<std::string> names;
  for (const auto& running : running_) {
    if (!running || !running->run) continue;
    const Result<plugin::RunState> state = running->run->status();
    if (!state || state->pid != 0 || state->detail.empty()) continue;
    names.push_back(to_string(plan_.steps[position(running->attempt.step)].id) + " (" + state->detail + ")");
  }
  if (names.empty()) return;
  session_.log().write(LogLevel::info,
                       "stopped, but " + join_words(names) + (names.size() == 1 ? " runs on" : " run on"));
}

/// Whoever sends it means a task; which, is clear only if there is just one.
void Driver::hand_on(int signal, bool to_group) {
  if (plan_.steps.size() == 1 && session_.supervisor().hand_on(signal, to_group)) return;
  if (!left_alone_.insert(signal).second) return;
  session_.log().write(
      LogLevel::warning,
      fmt::format("{} was sent to dream, to which it means nothing: it is left alone{}", signal_name(signal),
                  plan_.steps.size() == 1 ? ", as no process of the step is here to take it"
                                          : "; send it to the process of the task that it is for"));
}

void Driver::take_down(bool now) {
  forces_ = forces_ || now;
  if (finish_ && forces_) session_.supervisor().end_kept(Urgency::force);
  feed(engine::DownAsked{now});
}

}  // namespace dream::runtime
