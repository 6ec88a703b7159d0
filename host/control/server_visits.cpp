#include <algorithm>
#include <utility>

#include "control/answer_lines.hpp"
#include "control/server.hpp"
#include "control/server_client.hpp"
#include "output/outcome_json.hpp"
#include "output/terminal_bytes.hpp"

/// Those who are shown the terminal of a step.
namespace dream::control {

/// What it has written last is shown first, as plain text: an answer of the user's terminal to what was asked
/// long ago would be typed. What has the whole screen draws it anew.
void Server::attach(Client& client, const Request& request, const std::vector<StepIndex>& steps) {
  const auto refuse = [&](std::string message, std::string hint) {
    client.send(
        error_line(request.id, {ErrorCode::plan, std::move(message), {}, std::move(hint)}, cannot_become_so));
  };
  if (steps.size() != 1 || client.visit)
    return client.send(
        error_line(request.id, {ErrorCode::usage, "one step, once for a connection", {}, {}}, usage));
  const StepIndex step = steps.front();
  if (const Result<void> may = may_attach(run_, step); !may)
    return refuse(may.error().message, may.error().hint);
  const auto types_there = [&](const std::shared_ptr<Client>& other) {
    return other->visit && other->visit->step == step && other->visit->types && !other->has_left();
  };
  if (!request.look && std::ranges::any_of(clients_, types_there))
    return refuse("somebody types there already", "--look only shows it");
  if (!request.look && !access_.takes_typing(step))
    return refuse(to_string(run_.plan().steps[position(step)].id) + " reads from no terminal of its own",
                  "its executor runs it elsewhere, or it has the terminal that dream was started from");
  constexpr std::size_t usual_rows = 24;
  const std::size_t rows = request.rows == 0 ? usual_rows : request.rows;
  const auto terminal = terminals_.find(step);
  const bool is_known = terminal != terminals_.end();
  const bool has_lines = !is_known || !terminal->second.has_other_screen();
  client.send(ok_line(request.id, [&](JsonLine& json) {
    output::add_data(json, has_lines ? output::without_sequences(tails_.last(step, rows)) : "");
    json.member("modes", is_known ? terminal->second.begin() : "");
  }));
  client.visit = Visit{.id = request.id, .step = step, .types = !request.look};
  fit_window(client, request);
}

/// Who looks without typing sees it in the size that it has.
void Server::fit_window(const Client& client, const Request& request) const {
  if (request.rows == 0 || request.columns == 0) return;
  const auto& [id, step, types] = *client.visit;
  const winsize window{.ws_row = request.rows, .ws_col = request.columns, .ws_xpixel = 0, .ws_ypixel = 0};
  if (types && access_.resize(step, window)) return;
  const auto terminal = terminals_.find(step);
  if (terminal != terminals_.end() && terminal->second.has_other_screen()) access_.redraw_all(step);
}

/// The next request waits until the terminal has taken this one.
void Server::use_terminal(Client& client, const Request& request) const {
  if (!client.visit)
    return client.send(error_line(request.id, {ErrorCode::usage, "attach comes first", {}, {}}, usage));
  fit_window(client, request);
  const StepIndex step = client.visit->step;
  if (!client.visit->types || request.bytes.empty()) return;
  client.hold();
  if (!access_.type(step, request.bytes, [kept = client.weak_from_this()] {
        if (const auto typist = kept.lock()) typist->go_on();
      }))
    client.go_on();
}

/// The step's terminal is no more: another attempt has another.
void Server::end_visits(StepIndex step, std::string_view why) {
  for (const std::shared_ptr<Client>& client : clients_) {
    if (!client->visit || client->visit->step != step) continue;
    client->send(over_line(client->visit->id, why));
    client->visit.reset();
    client->go_on();
  }
}

}  // namespace dream::control
