#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api.hpp"
#include "channel.hpp"
#include "forwarder.hpp"
#include "life/folder_reader.hpp"
#include "life/life.hpp"
#include "pod_log.hpp"
#include "pod_plan.hpp"
#include "pod_state.hpp"

namespace dream::kubernetes {

/// How long a life may go on in parts that a cluster can draw out.
struct PodLimits {
  /// After a forced end, until the node tells of the container's. With `removal` it is less than the host's
  /// own limit, so that the run's words are heard.
  std::chrono::milliseconds force{5'000};
  /// How long the removal is tried after a forced end.
  std::chrono::milliseconds removal{2'000};
  /// How long a server that was there may be gone before the step is given up.
  std::chrono::milliseconds absence{300'000};
  /// After which somebody is told that it is gone.
  std::chrono::milliseconds silence{5'000};
  /// How long the output of a Pod that is gone may take to end.
  std::chrono::milliseconds last_output{4'000};
  /// How long the state of a container may take to follow when its Pod has ended, besides the grace.
  std::chrono::milliseconds last_state{5'000};
  /// How long a server may have too much to do before it has made anything.
  std::chrono::milliseconds busy{30'000};
  /// How long the cluster may hear nothing of a node, and how often that is asked for.
  std::chrono::milliseconds lost_node{15'000};
  std::chrono::milliseconds between_looks_at_node{1'000};
};

/// One Pod with what belongs to it.
class PodLife final : public life::Life, public std::enable_shared_from_this<PodLife> {
 public:
  PodLife(const asio::any_io_executor& executor, std::shared_ptr<Login> login, PodPlan plan,
          std::shared_ptr<life::LifeObserver> observer, PodLimits limits = {});

  void begin() override;
  void terminate(sdk::Urgency urgency) override;
  /// The standing is kept up to date without being asked for.
  void refresh() override {}
  [[nodiscard]] Result<void> takes_commands() const override { return {}; }
  void run_inside(const std::vector<std::string>& argv, std::chrono::milliseconds limit,
                  const std::function<void(Result<life::CommandOutcome>)>& tell) override;
  void ask_health(const TellHealth& tell) override;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Stage : std::uint8_t { creating, running, over };

  [[nodiscard]] Async<life::LifeEnd> live();
  [[nodiscard]] Result<void> take_ports();
  [[nodiscard]] Async<Result<void>> create();
  [[nodiscard]] Async<std::string> remove();
  [[nodiscard]] sdk::Exit stopped_early() const;
  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  void delete_pod();
  void give_up_later();
  [[nodiscard]] std::string thing() const { return "its Pod " + plan_.name; }
  [[nodiscard]] std::string pod_path() const { return api_.path_of("pods") + "/" + plan_.name; }

  // pod_watch.cpp: how the Pod fares

  [[nodiscard]] Async<void> watch();
  [[nodiscard]] Async<bool> look();
  [[nodiscard]] Async<void> look_as_the_log_ended();
  [[nodiscard]] Async<void> missed(Failure failure);
  [[nodiscard]] Async<void> look_at_node();
  void take(const PodState& pod);
  void take_event(const PodEvent& event);
  void wait_for_start();
  void wait_for_the_container();
  [[nodiscard]] life::LifeEnd end_of_life() const;
  [[nodiscard]] bool watches() const { return !end_ && !given_up_ && !is_gone_ && !is_over(); }
  [[nodiscard]] bool is_over() const { return pod_.is_over() || left_alone_; }

  // pod_copy.cpp

  [[nodiscard]] Async<Result<void>> check_folder();
  void begin_copy();
  [[nodiscard]] Async<Result<void>> send_folder();
  [[nodiscard]] Async<std::optional<Failure>> write_folder(Channel& channel, std::uint64_t size);
  [[nodiscard]] Async<bool> hear_copy(Channel& channel);
  [[nodiscard]] Async<Failure> failed_copy();

  // pod_output.cpp

  [[nodiscard]] Async<void> follow_output();
  [[nodiscard]] Async<void> read_rest();
  [[nodiscard]] Async<Result<void>> read_log(Api& api, bool follow);
  [[nodiscard]] Async<void> take_output(std::string text);
  void end_output();

  PodPlan plan_;
  std::shared_ptr<life::LifeObserver> observer_;
  PodLimits limits_;
  std::shared_ptr<Login> login_;
  Api api_;     ///< one request after the other
  Api events_;  ///< the watch
  Api stream_;  ///< the output
  Stage stage_ = Stage::creating;
  int signal_ = 0;  ///< the last one that was asked for
  bool forced_ = false;
  bool given_up_ = false;
  std::vector<std::shared_ptr<Forwarder>> forwarders_;
  bool to_copy_ = false;                        ///< the project's folder, as soon as its Pod wants it
  std::shared_ptr<life::FolderReader> folder_;  ///< while it is looked at, or sent
  std::string copy_words_;
  asio::steady_timer copy_turn_;
  unsigned hanging_commands_ = 0;  ///< that took too long, and may still run
  bool noted_ = false;             ///< that there may be something
  bool made_pod_ = false, made_secret_ = false, made_service_ = false;

  PodState pod_;          ///< as it was last seen
  bool is_gone_ = false;  ///< it was there, and is no more
  bool started_ = false, ready_ = false;
  std::string told_;                  ///< of its standing
  std::optional<life::LifeEnd> end_;  ///< for another reason than the Pod's own end
  std::optional<Clock::time_point> missed_since_;
  bool absence_told_ = false;
  asio::steady_timer pause_;  ///< between two looks
  asio::steady_timer start_timer_;
  asio::steady_timer container_timer_;
  bool left_alone_ = false;  ///< the Pod has ended, and nobody tells of its container

  PodLog log_;
  bool followed_ = false;        ///< to an end, once
  bool log_ended_ = false;       ///< all of it has come
  asio::steady_timer log_turn_;  ///< ends when there is something to do for the output
  asio::steady_timer log_limit_;
};

}  // namespace dream::kubernetes
