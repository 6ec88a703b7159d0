#include "cli/run_server.hpp"

#include <unistd.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/write_all.hpp"
#include "cli/commands/run_watched.hpp"
#include "control/place.hpp"
#include "control/run_answers.hpp"
#include "prepare/changed_files.hpp"

namespace dream::cli {

namespace {

/// Whoever has started a detached run waits for the path of its socket; empty: it has none.
void tell_starter(int notice, const std::string& path) {
  if (notice < 0) return;
  static_cast<void>(write_all(notice, path.empty() ? no_socket : path));
  ::close(notice);
}

}  // namespace

std::unique_ptr<control::Server> make_server(runtime::Session& session, const Plan& plan,
                                             const prepare::LoadedWorkspace& loaded, runtime::Driver& driver,
                                             Reloading& reloading, int notice) {
  const plugin::Place& place = *session.services().place();
  const auto socket = control::socket_of(place.session, plugin::own_lookup());
  if (!socket) {
    session.log().debug([&] { return "dream ctl can't ask this run: " + to_string(socket.error()); });
    tell_starter(notice, "");
    return nullptr;
  }
  auto server = std::make_unique<control::Server>(
      session.context(), plan,
      control::Server::Settings{
          place.session, loaded.workspace.root, *socket,
          [notice, path = socket->string()](bool listens) { tell_starter(notice, listens ? path : ""); }},
      control::RunAccess{
          .pid_of = [&driver](StepIndex step) { return driver.pid_of(step); },
          .detail_of = [&driver](StepIndex step) { return driver.detail_of(step); },
          .trees_of =
              [&session](std::span<const pid_t> roots) { return session.supervisor().trees_of(roots); },
          .engine = [&driver]() -> const engine::Engine& { return driver.engine(); },
          .place_of = [&loaded](SourceOffset where) { return loaded.document->place(where); },
          .take_down = [&driver](bool now) { driver.take_down(now); },
          .tell = [&driver](engine::Event event) { driver.tell_engine(std::move(event)); },
          .leave =
              [&session, &driver] {
                session.console().abandon();
                driver.tell_engine(engine::CallerLeft{});
              },
          .reload = [&reloading](std::span<const StepIndex> steps) { return reloading.reload(steps); },
          .takes_typing =
              [&session](StepIndex step) {
                const auto child = session.services().interactive_child_of(step);
                return child && session.supervisor().takes_typing(*child);
              },
          .type =
              [&session](StepIndex step, std::string_view bytes, std::function<void()> on_taken) {
                const auto child = session.services().interactive_child_of(step);
                return child && session.supervisor().type(*child, bytes, std::move(on_taken));
              },
          .resize =
              [&session](StepIndex step, const winsize& window) {
                const auto child = session.services().interactive_child_of(step);
                return child && session.supervisor().resize_for_typist(*child, window);
              },
          .redraw_all =
              [&session](StepIndex step) {
                if (const auto child = session.services().interactive_child_of(step))
                  session.supervisor().redraw_all(*child);
              },
          .changed_files = [files = prepare::ChangedFiles(
                                loaded)]() mutable { return files.look(std::chrono::system_clock::now()); }},
      [&driver] { return driver.now(); });
  driver.look_on(*server, [&server = *server](StepIndex step, Stream stream, std::string_view bytes) {
    server.hear(step, stream, bytes);
  });
  return server;
}

}  // namespace dream::cli
