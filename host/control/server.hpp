#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/loop_timer.hpp"
#include "control/run_answers.hpp"
#include "control/run_info.hpp"
#include "control/run_state.hpp"
#include "output/event_lines.hpp"
#include "output/left_open.hpp"
#include "output/tails.hpp"

namespace dream::control {

class Client;

/// Answers about a run on a socket of its own, and takes it down on request (docs/control.md). On the loop
/// thread; costs nothing while nobody asks. No client can hold the run up: who doesn't read is dropped, and
/// at the end gets a second for what is still to be sent.
class Server : public output::Reporter {
 public:
  static constexpr std::size_t most_clients = 64;

  struct Settings {
    std::string session;
    std::filesystem::path root;  ///< of the workspace
    std::filesystem::path
        socket;  ///< to be made once the first step is being started, or waits for its delay
    std::function<void(bool listens)> on_listening = {};  ///< false: it can't
  };

  /// All must outlive it. `clock` tells the time of the run.
  Server(boost::asio::io_context& context, const Plan& plan, Settings settings, RunAccess access,
         std::function<Instant()> clock);
  /// Removes its socket.
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<void> begin(Instant now) override;
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override;
  /// What a step writes.
  void hear(StepIndex step, Stream stream, std::string_view bytes);

 private:
  void listen_soon();
  void listen();
  [[nodiscard]] bool open_socket();
  void accept_next();
  void welcome(boost::asio::local::stream_protocol::socket socket);
  void pause_and_accept();
  void answer(Client& client, std::string_view line);
  void answer(Client& client, const Request& request, const std::vector<StepIndex>& steps);
  void send_logs(Client& client, const Request& request, const std::vector<StepIndex>& steps);
  void tell_steps(Client& client, const Request& request, std::vector<StepIndex> steps);
  void attach(Client& client, const Request& request, const std::vector<StepIndex>& steps);
  void use_terminal(Client& client, const Request& request) const;
  void end_visits(StepIndex step, std::string_view why);
  void fit_window(const Client& client, const Request& request) const;
  void broadcast(std::string_view line);
  void see_waits();
  void drop_the_gone();

  boost::asio::io_context& context_;
  Settings settings_;
  RunAccess access_;
  std::function<Instant()> clock_;
  RunInfo info_;
  Instant began_;
  RunState run_;
  output::Tails tails_;
  std::map<StepIndex, output::LeftOpen> terminals_;  ///< of interactive steps that have written
  std::unique_ptr<output::EventLines> events_;
  std::optional<StepIndex> about_;  ///< the step of the event that is being sent, if it is output
  boost::asio::local::stream_protocol::acceptor acceptor_;
  LoopTimer pause_;                    ///< when descriptors were short
  std::shared_ptr<const bool> lives_;  ///< it is to listen; what waits for that must see its end
  std::list<std::shared_ptr<Client>> clients_;
};

}  // namespace dream::control
