#include "runtime/host_services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

#include "base/process.hpp"
#include "base/text.hpp"

namespace dream::runtime {

namespace {

/// A plugin passes on what it was told, which is SIGTERM where dream.json names none.
int stop_signal_of(const Step& settings, const plugin::ChildRequest& request) {
  const bool is_default = request.stop_signal == 0 || request.stop_signal == SIGTERM;
  if (!settings.stop_signal && is_default) return 0;
  return request.stop_signal == 0 ? SIGTERM : request.stop_signal;
}

}  // namespace

bool HostServices::write_output(StepIndex step, Stream stream, std::string_view bytes) {
  const bool room = parts_.renderer.write(step, stream, bytes);
  if (!room) full_.insert(step);
  return room;
}

bool HostServices::ready(StepIndex step) const {
  return parts_.renderer.ready(step, Stream::out) && parts_.renderer.ready(step, Stream::err);
}

void HostServices::when_writable(StepIndex step, std::function<void()> on_writable) {
  if (ready(step)) {
    post(std::move(on_writable));
  } else {
    waiters_.push_back({step, std::move(on_writable)});
  }
}

void HostServices::resume_output() {
  for (auto at = held_.begin(); at != held_.end();) {
    const HeldStream held = *at;
    if (!may_show(held.step, held.stream)) {
      ++at;
      continue;
    }
    at = held_.erase(at);
    parts_.supervisor.resume_output(held.child, held.stream);
  }
  if (std::erase_if(full_, [this](StepIndex step) { return ready(step); }) > 0) {
    for (const auto& [child, reading] : readings_) go_on_reading(child);
  }
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    if (!ready(at->step)) {
      ++at;
      continue;
    }
    post(std::move(at->on_writable));
    at = waiters_.erase(at);
  }
}

bool HostServices::may_show(StepIndex step, Stream stream) const {
  return !untold_.contains(step) && parts_.renderer.ready(step, stream);
}

void HostServices::release_output(StepIndex step) {
  if (untold_.erase(step) > 0 && std::ranges::find(held_, step, &HeldStream::step) != held_.end())
    resume_output();
}

Result<ChildId> HostServices::spawn(plugin::ChildRequest request) {
  const auto id = std::make_shared<ChildId>();  // known only once the child has started
  const Step& settings = parts_.plan.steps[position(request.step)];
  // What the plugin reads itself is nothing that anybody looks at.
  const bool may_have_terminal = request.pty && !request.on_output;
  process::ChildStreams streams = parts_.terminals.streams_of(settings, may_have_terminal);
  std::vector<std::string> variables =
      Terminals::variables_for(streams, *request.environment, request.own_environment.get());
  process::ChildSpec child{.argv = std::move(request.argv),
                           .directory = std::move(request.directory),
                           .environment = std::move(request.environment),
                           .variables = std::move(variables),
                           .streams = std::move(streams),
                           .stop_signal = stop_signal_of(settings, request),
                           .root_only = settings.stop_to == StopTo::root,
                           .relays = std::move(request.relays),
                           .keeps_leftovers = settings.leftovers == Leftovers::keep,
                           .leftover_grace = settings.stop_grace,
                           .on_output = {},
                           .on_end = std::move(request.on_exit)};
  const bool front = child.streams.foreground;
  if (front) {
    child.on_end = [this, step = request.step, on_exit = std::move(child.on_end)](const ExitStatus& status) {
      static_cast<void>(front_.extract(step));
      parts_.terminals.restore();
      on_exit(status);
    };
  }
  if (parts_.tokens != nullptr && JobTokens::is_for(settings))
    child.descriptors = parts_.tokens->descriptors();
  const bool reads = request.on_output != nullptr;
  if (reads) {
    hand_output_of(id, child, std::move(request.on_output));
  } else {
    take_output_of(id, request.step, child);
  }
  if (settings.stop_signal) {
    child.on_ignored = [this, &settings](const std::string& process, bool is_root) {
      parts_.log.write(
          LogLevel::info,
          fmt::format("{}: process {} ignores {}, its stop.signal; what still runs after {} is killed{}",
                      to_string(settings.id), process, signal_name(*settings.stop_signal),
                      human_duration(settings.stop_grace),
                      is_root ? "" : R"( ("stop": {"to": "root"} leaves it to the step's first process))"));
    };
  }
  watch_leftovers(id, request.step, child);
  const bool interactive = child.streams.in == process::Inlet::terminal;
  Result<ChildId> started = parts_.supervisor.start(std::move(child));
  if (!started) return started;
  *id = *started;
  if (front) front_.insert(request.step);
  if (interactive) interactive_children_[request.step] = *started;
  if (reads) readings_.emplace(*id, Reading{request.step});
  return started;
}

void HostServices::watch_leftovers(const std::shared_ptr<ChildId>& id, StepIndex step,
                                   process::ChildSpec& child) {
  if (lingering_.erase(step) > 0 && leftovers_.on_lingering) leftovers_.on_lingering(step, false);
  child.on_lingering = [this, step] {
    lingering_.insert(step);
    if (leftovers_.on_lingering) leftovers_.on_lingering(step, true);
  };
  child.on_left_behind = [this, step, id](std::vector<std::string> processes, bool kept) {
    if (kept) kept_[step].children.insert(*id);
    if (leftovers_.on_left_behind) leftovers_.on_left_behind(step, std::move(processes), kept);
  };
  child.on_kept_end = [this, step, id] {
    const auto kept = kept_.find(step);
    if (kept == kept_.end() || kept->second.children.erase(*id) == 0) return;
    if (!kept->second.children.empty()) return;
    const std::function<void()> on_end = std::move(kept->second.on_end);
    kept_.erase(kept);
    if (on_end) on_end();
  };
}

void HostServices::end_kept_of(StepIndex step, std::function<void()> on_end) {
  Kept& kept = kept_.at(step);
  kept.on_end = std::move(on_end);
  for (const ChildId child : kept.children) parts_.supervisor.end_kept(child, Urgency::graceful);
}

/// The child's output is the step's.
void HostServices::take_output_of(const std::shared_ptr<ChildId>& id, StepIndex step,
                                  process::ChildSpec& child) {
  const auto held_unless = [this, step, id](Stream stream, bool room) {
    if (!room) held_.push_back({*id, step, stream});
    return room;
  };
  child.has_room = [this, step, held_unless](Stream stream) {
    return held_unless(stream, may_show(step, stream));
  };
  child.on_output = [this, step, held_unless](Stream stream, std::string_view bytes) {
    return held_unless(stream, parts_.renderer.write(step, stream, bytes));
  };
}

/// The child's output is handed to the executor, which may have its step's output full by that.
void HostServices::hand_output_of(const std::shared_ptr<ChildId>& id, process::ChildSpec& child,
                                  std::function<void(Stream, std::string_view)> on_output) {
  child.has_room = [this, id](Stream stream) { return may_read(*id, stream); };
  child.on_output = [this, id, on_output = std::move(on_output)](Stream stream, std::string_view bytes) {
    on_output(stream, bytes);
    return may_read(*id, stream);
  };
  child.on_end = [this, id, on_end = std::move(child.on_end)](const ExitStatus& status) {
    readings_.erase(*id);
    on_end(status);
  };
}

/// False: not until go_on_reading().
bool HostServices::may_read(ChildId child, Stream stream) {
  const auto reading = readings_.find(child);
  if (reading == readings_.end()) return true;
  const bool may = !full_.contains(reading->second.step) && !reading->second.held.contains(stream);
  if (!may) reading->second.waiting.insert(stream);
  return may;
}

void HostServices::go_on_reading(ChildId child) {
  Reading& reading = readings_.at(child);
  for (const Stream stream : {Stream::out, Stream::err}) {
    if (!reading.waiting.contains(stream)) continue;
    if (full_.contains(reading.step) || reading.held.contains(stream)) continue;
    reading.waiting.erase(stream);
    parts_.supervisor.resume_output(child, stream);
  }
}

void HostServices::hold_child(ChildId child, Stream stream, bool held) {
  const auto reading = readings_.find(child);
  if (reading == readings_.end() || reading->second.forced) return;
  if (held) {
    reading->second.held.insert(stream);
  } else if (reading->second.held.erase(stream) > 0) {
    go_on_reading(child);
  }
}

Result<void> HostServices::terminate_child(ChildId child, Urgency urgency) {
  parts_.supervisor.terminate(child, urgency);
  const auto reading = readings_.find(child);
  if (urgency == Urgency::force && reading != readings_.end()) {
    reading->second.held.clear();
    reading->second.forced = true;
    go_on_reading(child);
  }
  return {};
}

int HostServices::child_pid(ChildId child) const {
  return parts_.supervisor.pid(child);
}

plugin::TimerId HostServices::start_timer(Instant deadline, std::function<void()> on_time) {
  const std::uint64_t id = next_timer_++;
  const auto timer = timers_.emplace(id, std::make_unique<LoopTimer>(parts_.context)).first;
  timer->second->call_at(deadline, [this, id, call = std::move(on_time)] {
    timers_.erase(id);
    call();
  });
  return plugin::TimerId{id};
}

void HostServices::cancel_timer(plugin::TimerId timer) {
  timers_.erase(static_cast<std::uint64_t>(timer));
}

void HostServices::post(std::function<void()> work) {
  boost::asio::post(parts_.context, std::move(work));
}

Result<void> HostServices::run_blocking(std::function<void()> blocking) {
  return workers_.run(std::move(blocking));
}

}  // namespace dream::runtime
