#include "runtime/host_services.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace dream::runtime {

bool HostServices::write_output(StepIndex step, Stream stream, std::string_view bytes) {
  return parts_.renderer.write(step, stream, bytes);
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
    const HeldChild held = *at;
    if (!parts_.renderer.ready(held.step, held.stream)) {
      ++at;
      continue;
    }
    at = held_.erase(at);
    parts_.supervisor.resume_output(held.child, held.stream);
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

Result<plugin::ChildId> HostServices::spawn(plugin::ChildSpec spec) {
  const StepIndex step = spec.step;
  const auto id = std::make_shared<process::ChildId>();  // known only once the child has started
  const Step& settings = parts_.plan.steps[position(step)];
  // What the plugin reads itself is nothing that anybody looks at.
  const bool may_have_terminal = spec.pty && !spec.on_output;
  process::ChildSpec child{.argv = std::move(spec.argv),
                           .directory = std::move(spec.directory),
                           .environment = std::move(spec.environment),
                           .streams = parts_.terminals.streams_of(settings, may_have_terminal),
                           .stop_signal = spec.stop_signal,
                           .relays = std::move(spec.relays),
                           .leftover_grace = settings.stop_grace,
                           .on_output = {},
                           .on_end = std::move(spec.on_exit)};
  if (child.streams.foreground) {
    child.on_end = [this, on_exit = std::move(child.on_end)](const ExitStatus& status) {
      parts_.terminals.restore();
      on_exit(status);
    };
  }
  if (spec.on_output) {
    child.on_output = [taken = std::move(spec.on_output)](Stream stream, std::string_view bytes) {
      taken(stream, bytes);
      return true;
    };
  } else {
    const auto held_unless = [this, step, id](Stream stream, bool room) {
      if (!room) held_.push_back({*id, step, stream});
      return room;
    };
    child.has_room = [this, step, held_unless](Stream stream) {
      return held_unless(stream, parts_.renderer.ready(step, stream));
    };
    child.on_output = [this, step, held_unless](Stream stream, std::string_view bytes) {
      return held_unless(stream, parts_.renderer.write(step, stream, bytes));
    };
  }
  Result<process::ChildId> started = parts_.supervisor.start(std::move(child));
  if (!started) return started.error();
  *id = *started;
  return plugin::ChildId{static_cast<std::uint64_t>(*started)};
}

Result<void> HostServices::terminate_child(plugin::ChildId child, Urgency urgency) {
  parts_.supervisor.terminate(process::ChildId{static_cast<std::uint64_t>(child)}, urgency);
  return {};
}

int HostServices::child_pid(plugin::ChildId child) const {
  return parts_.supervisor.pid(process::ChildId{static_cast<std::uint64_t>(child)});
}

plugin::TimerId HostServices::start_timer(Instant deadline, std::function<void()> on_time) {
  const std::uint64_t id = next_timer_++;
  auto timer = std::make_unique<boost::asio::steady_timer>(parts_.context, deadline);
  timer->async_wait([this, id, call = std::move(on_time)](const boost::system::error_code& error) {
    if (error) return;
    timers_.erase(id);
    call();
  });
  timers_.emplace(id, std::move(timer));
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
