#include "suggest/watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <utility>
#include <variant>

#include "base/read_all.hpp"
#include "probe/listeners.hpp"
#include "probe/schedule.hpp"

namespace dream::suggest {

namespace {

/// So long after the last news dream says that it may have seen enough.
constexpr Duration long_quiet = std::chrono::seconds(2);

/// From these the kernel takes a port for whoever asks for any.
bool is_of_the_kernels(std::uint16_t port) {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned first = 32768;
  unsigned last = 60999;
  range >> first >> last;
  return port >= first && port <= last;
}

bool has_number(std::string_view text, const std::string& number) {
  const auto is_digit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = text.find(number); at != std::string_view::npos; at = text.find(number, at + 1))
    if (!(at > 0 && is_digit(at - 1)) && !is_digit(at + number.size())) return true;
  return false;
}

/// Somebody has told them this port.
bool is_told(const std::vector<process::ProcessStatus>& processes, std::uint16_t port) {
  const std::string number = std::to_string(port);
  return std::ranges::any_of(processes, [&](const process::ProcessStatus& process) {
    const pid_t pid = process.identity.pid;
    return has_number(process::command_line(pid), number) ||
           has_number(file_text("/proc/" + std::to_string(pid) + "/environ"), number);
  });
}

}  // namespace

Watch::Watch(const Plan& plan, std::span<const StepIndex> steps, Parts parts)
    : plan_(plan),
      parts_(std::move(parts)),
      requested_(StepIndex(plan.steps.size() - 1)),
      of_interest_(plan.steps.size()),
      seen_(plan.steps.size()),
      alarm_(parts_.clock.make_alarm()) {
  for (const StepIndex step : steps) of_interest_[position(step)] = true;
  if (const auto self = process::process_status(::getpid())) inherited_ = probe::sockets_of({*self}).own;
}

void Watch::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  if (const auto* started = std::get_if<engine::StepStarted>(&action)) {
    begin_to_watch(now, started->step);
  } else if (const auto* again = std::get_if<engine::StepRestarted>(&action)) {
    begin_to_watch(now, again->attempt.step);
  } else if (const auto* ready = std::get_if<engine::StepReady>(&action)) {
    seen_[position(ready->step)].ready = ready->after;
  } else if (const auto* asked = std::get_if<engine::Terminate>(&action)) {
    stop_watching(now, asked->attempt.step, Seen::Course::stopped);
  } else if (const auto* over = std::get_if<engine::AttemptEnded>(&action)) {
    stop_watching(now, over->attempt.step, Seen::Course::failed);
  } else if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
    const bool failed = outcomes[position(ended->step)].kind == engine::OutcomeKind::failed;
    stop_watching(now, ended->step, failed ? Seen::Course::failed : Seen::Course::ended_by_itself);
  }
  if (watched_.empty()) alarm_->cancel();
}

void Watch::begin_to_watch(Instant now, StepIndex step) {
  requested_runs_ = requested_runs_ || step == requested_;
  news_ = now;
  if (of_interest_[position(step)]) {
    seen_[position(step)] = {};
    Watched& one = watched_.emplace_back(Watched{.step = step, .begin = now});
    const std::string& project = plan_.steps[position(step)].id.project;
    const auto is_there = [&](const Step& other) { return other.id.project == project; };
    if (std::ranges::count_if(plan_.steps, is_there) == 1) one.folder = parts_.root / project;
    if (!one.folder.empty()) one.files = files_in(one.folder);
  }
  if (!watched_.empty()) look();
}

void Watch::stop_watching(Instant now, StepIndex step, Seen::Course course) {
  Watched* over = watched(step);
  if (over == nullptr) return;
  look_at(*over);
  seen_[position(step)].course = course;
  seen_[position(step)].ran = now - over->begin;
  std::erase_if(watched_, [&](const Watched& one) { return one.step == step; });
}

Watch::Watched* Watch::watched(StepIndex step) {
  const auto found = std::ranges::find(watched_, step, &Watched::step);
  return found == watched_.end() ? nullptr : &*found;
}

void Watch::hear(StepIndex step, Stream stream, std::string_view bytes) {
  Watched* writer = watched(step);
  std::vector<Seen::Line>& lines = seen_[position(step)].lines;
  if (writer == nullptr || lines.size() >= most_lines) return;
  const Instant now = parts_.clock.now();
  writer->lines[stream == Stream::out ? 0 : 1].take(bytes, [&](std::string_view line) {
    if (lines.size() >= most_lines || line.find_first_not_of(" \t") == std::string_view::npos) return;
    if (lines.empty()) news_ = now;
    const std::string shown = parts_.mask(std::string(line));
    lines.push_back({shown.substr(0, longest_line), now - writer->begin, shown != line});
  });
}

void Watch::look() {
  for (Watched& one : watched_) look_at(one);
  const Instant now = parts_.clock.now();
  if (requested_runs_ && now - news_ >= long_quiet && !std::exchange(told_, true))
    parts_.tell("nothing new for 2 s: Ctrl-C ends the run and shows what `ready` to write");
  alarm_->set(now + probe::pause(probe::quick, now - news_, {}), [this] { look(); });
}

void Watch::look_at(Watched& watched) {
  Seen& seen = seen_[position(watched.step)];
  look_at_ports(watched, seen);
  look_at_files(watched, seen);
}

void Watch::look_at_ports(const Watched& watched, Seen& seen) {
  const pid_t root = parts_.pid_of(watched.step);
  if (root == 0) return;
  const std::vector<process::ProcessStatus> processes = parts_.supervisor.tree_of(root);
  const probe::Sockets sockets = probe::sockets_of(processes);
  seen.is_here = sockets.whole;
  const Instant now = parts_.clock.now();
  for (Seen::Port& port : seen.ports) port.open = false;
  for (const probe::Listener& listener : sockets.listeners) {
    if (!sockets.own.contains(listener.inode) || inherited_.contains(listener.inode)) continue;
    const auto known = std::ranges::find(seen.ports, listener.port, &Seen::Port::number);
    if (known != seen.ports.end()) {
      known->open = true;
    } else if (seen.ports.size() < most_ports) {
      news_ = now;
      const bool is_chance = is_of_the_kernels(listener.port) && !is_told(processes, listener.port);
      seen.ports.push_back({listener.port, now - watched.begin, is_chance, true});
    }
  }
}

/// As long as nothing better was seen.
void Watch::look_at_files(Watched& watched, Seen& seen) {
  if (watched.folder.empty() || !seen.ports.empty() || seen.files.size() >= most_files) return;
  const Instant now = parts_.clock.now();
  Folder files = files_in(watched.folder);
  for (const auto& file : files) {
    const auto before = watched.files.find(file.first);
    const bool is_known = std::ranges::find(seen.files, file.first, &Seen::File::name) != seen.files.end();
    if (is_known || (before != watched.files.end() && before->second == file.second)) continue;
    news_ = now;
    seen.files.push_back({file.first, now - watched.begin, file.second.is_socket});
  }
  watched.files = std::move(files);
}

}  // namespace dream::suggest
