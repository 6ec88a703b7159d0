#include "control/server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdio>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "control/answer_lines.hpp"
#include "control/server_client.hpp"
#include "control/step_names.hpp"
#include "output/outcome_json.hpp"
#include "runtime/socket_path.hpp"

namespace dream::control {

namespace local = boost::asio::local;
using Code = boost::system::error_code;

namespace {

/// For all clients together.
constexpr Duration patience_at_the_end = std::chrono::seconds(1);

/// Another user's process can't even connect: the folder is this user's alone. Root can, and may.
bool is_of_this_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == ::geteuid() || peer.uid == 0);
}

void refuse_second_wait(Client& client, const Request& request) {
  const Error error{ErrorCode::usage, "this connection waits already", {}, "open another one"};
  client.send(error_line(request.id, error, usage));
}

}  // namespace

Server::Server(boost::asio::io_context& context, const Plan& plan, Settings settings, RunAccess access,
               std::function<Instant()> clock)
    : context_(context),
      settings_(std::move(settings)),
      access_(std::move(access)),
      clock_(std::move(clock)),
      info_(info_of(plan, settings_.session, settings_.root)),
      run_(plan),
      tails_(plan.steps.size()),
      events_(output::make_event_lines(plan, clock_, [this](std::string_view line) { broadcast(line); })),
      acceptor_(context),
      pause_(context) {}

Server::~Server() {
  const Instant until = read_clock() + patience_at_the_end;
  for (const std::shared_ptr<Client>& client : clients_) {
    const bool told = client->follows && !client->only.empty();
    client->send_rest(told ? over_line(*client->follows, "ended") : "", until);
    client->leave();
  }
  if (acceptor_.is_open()) ::unlink(settings_.socket.c_str());
}

Result<void> Server::begin(Instant now) {
  began_ = now;
  events_->begin_unheard(now);
  return run_.begin(now);
}

/// When what the step needs is under way: it doesn't wait for this.
void Server::listen_soon() {
  if (lives_) return;
  lives_ = std::make_shared<const bool>(true);
  boost::asio::post(context_, [this, lives = std::weak_ptr(lives_)] {
    if (!lives.expired()) listen();
  });
}

/// A run that can't be asked runs all the same.
void Server::listen() {
  const bool listens = open_socket();
  if (settings_.on_listening) settings_.on_listening(listens);
  if (listens) accept_next();
}

/// Who finds a socket that refuses takes its run for dead, and removes it: it gets its name when it listens.
bool Server::open_socket() {
  const std::filesystem::path folder = settings_.socket.parent_path();
  runtime::remove_stale_sockets(folder);
  const std::string unnamed = folder / (runtime::unnamed_prefix + settings_.session);
  Code failed;
  local::stream_protocol::acceptor acceptor(context_);
  acceptor.open(local::stream_protocol(), failed);
  if (!failed) acceptor.bind(unnamed, failed);
  if (failed) return false;
  ::chmod(unnamed.c_str(), S_IRUSR | S_IWUSR);
  acceptor.listen(boost::asio::socket_base::max_listen_connections, failed);
  if (failed || ::rename(unnamed.c_str(), settings_.socket.c_str()) != 0) {
    ::unlink(unnamed.c_str());
    return false;
  }
  acceptor_ = std::move(acceptor);
  return true;
}

void Server::accept_next() {
  acceptor_.async_accept(
      [this, lives = std::weak_ptr(lives_)](const Code& failed, local::stream_protocol::socket socket) {
        if (lives.expired() || failed == boost::asio::error::operation_aborted) return;
        drop_the_gone();
        if (failed) return pause_and_accept();
        welcome(std::move(socket));
        accept_next();
      });
}

/// Whoever comes while it is out of descriptors would come again at once.
void Server::pause_and_accept() {
  constexpr auto pause = std::chrono::milliseconds(100);
  pause_.call_after(pause, [this] { accept_next(); });
}

void Server::welcome(local::stream_protocol::socket socket) {
  if (!is_of_this_user(socket.native_handle())) return;
  if (clients_.size() >= most_clients)
    std::erase_if(clients_, [](const std::shared_ptr<Client>& client) { return client->is_stuck(); });
  JsonLine info;
  info.begin_object();
  add_members(info, info_);
  std::string hello = info.end_object().line();
  if (clients_.size() >= most_clients) {
    const Error full{ErrorCode::io, fmt::format("{} clients are connected already", most_clients), {}, {}};
    hello += error_line(0, full, cannot_become_so);
    ::send(socket.native_handle(), hello.data(), hello.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return;
  }
  clients_.push_back(std::make_shared<Client>(
      std::move(socket),
      Client::Hear{.line = [this](Client& client, std::string_view line) { answer(client, line); },
                   .gone = [this] { drop_the_gone(); }}));
  clients_.back()->begin(std::move(hello));
}

void Server::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  run_.report(now, action, outcomes);
  if (const auto* start = std::get_if<engine::Start>(&action)) {
    tails_.end_lines(now, start->attempt.step);
    terminals_.erase(start->attempt.step);  // this attempt has another
  }
  if (std::holds_alternative<engine::Start>(action) || std::holds_alternative<engine::DelayBegan>(action))
    listen_soon();
  if (clients_.empty() && !std::holds_alternative<engine::Start>(action)) return;
  if (const auto* ended = std::get_if<engine::StepEnded>(&action)) {
    about_ = ended->step;
    events_->end(ended->step);
    about_.reset();
  }
  events_->report(now, action, outcomes);
  if (const auto* attempt = std::get_if<engine::AttemptEnded>(&action))
    end_visits(attempt->attempt.step, "restarts");
  if (const auto* held = std::get_if<engine::StepHeld>(&action)) end_visits(held->step, "held");
  if (const auto* ended = std::get_if<engine::StepEnded>(&action)) end_visits(ended->step, "ended");
  see_waits();
}

void Server::hear(StepIndex step, Stream stream, std::string_view bytes) {
  tails_.add(clock_(), step, stream, bytes);
  if (run_.plan().steps[position(step)].interactive) terminals_[step].follow(bytes);
  for (const std::shared_ptr<Client>& client : clients_) {
    if (!client->visit || client->visit->step != step) continue;
    JsonLine json;
    json.begin_object().member("id", client->visit->id);
    output::add_data(json, bytes);
    client->send(json.end_object().line());
  }
  if (std::ranges::none_of(clients_, [](const auto& client) { return client->follows.has_value(); })) return;
  about_ = step;
  events_->write(step, stream, bytes);
  about_.reset();
}

void Server::broadcast(std::string_view line) {
  for (const std::shared_ptr<Client>& client : clients_)
    if (client->follows && (client->only.empty() || (about_ && client->only.contains(*about_))))
      client->send_event(line, about_.has_value());
}

/// Who waits is told when it is so, or can't become so.
void Server::see_waits() {
  if (std::ranges::none_of(clients_, [](const auto& client) { return client->waits.has_value(); }))
    return drop_the_gone();
  const std::vector<bool> restarting = access_.engine().restarting();
  for (const std::shared_ptr<Client>& client : clients_) {
    if (!client->waits) continue;
    const Request& request = *client->waits;
    if (request.what == Request::What::stop) {
      const auto is_over = [&](StepIndex step) {
        return run_.of(step).state == State::held || run_.of(step).state == State::ended;
      };
      std::erase_if(client->awaited,
                    is_over);  // one that somebody starts again has been stopped all the same
      if (!client->awaited.empty()) continue;
      client->send(ok_line(request.id));
    } else if (request.what == Request::What::down) {
      if (!run_.exit_code()) continue;
      client->send(ok_line(request.id, [&](JsonLine& json) { json.member("exitCode", *run_.exit_code()); }));
    } else {
      const Wait wait{client->awaited, request.until, !request.steps.empty()};
      const Result<bool> reached = is_reached(run_, wait, restarting);
      if (reached && !*reached) continue;
      client->send(reached ? ok_line(request.id) : error_line(request.id, reached.error(), cannot_become_so));
    }
    client->waits.reset();
  }
  drop_the_gone();
}

void Server::drop_the_gone() {
  std::erase_if(clients_, [](const std::shared_ptr<Client>& client) { return client->is_done(); });
}

void Server::answer(Client& client, std::string_view line) {
  const auto [id, request] = parse_request(line);
  if (!request) return client.send(error_line(id, request.error(), usage));
  const Result<std::vector<StepIndex>> steps = steps_named(run_.plan(), request->steps);
  if (!steps) return client.send(error_line(id, steps.error(), usage));
  answer(client, *request, *steps);
}

void Server::answer(Client& client, const Request& request, const std::vector<StepIndex>& steps) {
  const Instant now = clock_();
  switch (request.what) {
    case Request::What::ps:
      return client.send(ok_line(request.id, [&](JsonLine& json) {
        json.member("stopping", run_.stopping()).member("changed", access_.changed_files());
        add_steps(json, run_, access_, now);
      }));
    case Request::What::why:
      return client.send(ok_line(
          request.id, [&](JsonLine& json) { json.member("why", why(run_, access_, steps.front(), now)); }));
    case Request::What::stop:
    case Request::What::start:
    case Request::What::restart:
      return tell_steps(client, request, steps);
    case Request::What::leave:
      access_.leave();
      return client.send(ok_line(request.id));
    case Request::What::logs:
      return send_logs(client, request, steps);
    case Request::What::attach:
      return attach(client, request, steps);
    case Request::What::type:
    case Request::What::resize:
      return use_terminal(client, request);
    case Request::What::events:
      client.send(ok_line(request.id, [&](JsonLine& json) {
        json.member("atUs", (now - began_) / std::chrono::microseconds(1));
        add_steps(json, run_, access_, now);
      }));
      if (!request.follow) return;
      client.follows = request.id;
      return client.only.clear();
    case Request::What::wait:
    case Request::What::down:
      if (client.waits) return refuse_second_wait(client, request);
      client.waits = request;
      client.awaited = steps;
      if (request.what == Request::What::down) access_.take_down(request.now);
      return see_waits();
  }
}

/// All of them, or none, in plan order: what one of them needs comes before it. A stop is answered when they
/// have ended.
void Server::tell_steps(Client& client, const Request& request, std::vector<StepIndex> steps) {
  std::vector<engine::Event> events;
  std::vector<std::string> under_way;
  if (request.steps.empty())
    return client.send(error_line(request.id, {ErrorCode::usage, "which steps?", {}, {}}, usage));
  if (request.what == Request::What::stop && client.waits) return refuse_second_wait(client, request);
  std::ranges::sort(steps);
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  for (const StepIndex step : steps) {
    const Result<engine::Event> event = event_of(run_, access_.engine(), request, step);
    if (!event) return client.send(error_line(request.id, event.error(), cannot_become_so));
    events.push_back(*event);
    if (run_.of(step).comes_back) under_way.push_back(to_string(run_.plan().steps[position(step)].id));
  }
  const auto add_under_way = [&](JsonLine& json) {
    if (!under_way.empty()) json.member("underWay", under_way);
  };
  if (request.reload && request.what != Request::What::stop) {
    const Result<std::vector<StepChange>> changes = access_.reload(steps);
    if (!changes) {
      const Error told{changes.error().code, to_string(changes.error()), {}, {}};
      return client.send(error_line(request.id, told, cannot_become_so));
    }
    client.send(ok_line(request.id, [&](JsonLine& json) {
      add_under_way(json);
      add_changes(json, run_.plan(), *changes);
    }));
  } else if (request.what == Request::What::stop) {
    client.waits = request;
    client.awaited = steps;
  } else {
    client.send(ok_line(request.id, add_under_way));
  }
  for (engine::Event& event : events) access_.tell(std::move(event));
}

/// Nothing is lost between what was written before and what comes: both are sent from here.
void Server::send_logs(Client& client, const Request& request, const std::vector<StepIndex>& steps) {
  constexpr std::size_t usual = 100;
  constexpr std::int64_t most_within_ms = std::int64_t{100} * 365 * 86'400'000;
  std::optional<Instant> since;
  if (request.within_ms > 0)
    since = clock_() - std::chrono::milliseconds(std::min<std::int64_t>(request.within_ms, most_within_ms));
  client.send(ok_line(request.id, [&](JsonLine& json) {
    json.begin_array("logs");
    for (const StepIndex step : steps) {
      const std::string name = to_string(run_.plan().steps[position(step)].id);
      const auto [whole, open] = tails_.last_lines_of(step, request.lines.value_or(usual), since);
      json.begin_object().member("step", name);
      output::add_data(json, whole);
      json.end_object();
      for (const auto& [stream, text] : open) {
        if (text.empty()) continue;
        json.begin_object().member("step", name).member("stream", output::name_of(stream));
        output::add_data(json, text);
        json.end_object();
      }
    }
    json.end_array().member("follows", request.follow);
  }));
  if (!request.follow) return;
  client.follows = request.id;
  client.only = {steps.begin(), steps.end()};
}

}  // namespace dream::control
