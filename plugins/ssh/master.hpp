#pragma once

#include <dream/sdk.hpp>
#include <dream/sdk/loop_queue.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "options.hpp"

namespace dream::ssh {

/// A connection that many steps share: the system's ssh as a master. It is no child of a step, as it outlives
/// them all, so it is this plugin's own process: its thread starts it, and it ends with that thread, however
/// that ends.
class Master {
 public:
  using OnReady = std::function<void(const sdk::Result<void>& ready)>;

  /// Starts to connect; `socket` is where the sessions find it. `turns` is an eventfd that counts how many
  /// more may log in now; -1: as many as like.
  Master(const Options& options, std::string socket, int turns = -1);
  /// Ends it and waits for that.
  ~Master();
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  [[nodiscard]] const std::string& socket() const { return socket_; }
  /// [any thread] It isn't over, as far as is known.
  [[nodiscard]] bool usable() const;
  /// [loop] Calls `on_ready` on the loop of that queue, once; never before this returns. `who` may forget it.
  void when_ready(const void* who, sdk::LoopQueue& loop, OnReady on_ready);

  /// [loop] Nothing more is posted for `who`.
  void forget(const void* who);

  int sessions = 0;  ///< [loop] steps that use it

 private:
  enum class State : unsigned char { connecting, ready, over };
  struct Waiting {
    const void* who;
    sdk::LoopQueue* loop;
    OnReady on_ready;
  };

  [[nodiscard]] bool wait_for_turn();
  void end_turn();
  void connect(const std::vector<std::string>& words);
  void watch(int process, int out, int err);
  void become(State state);
  void tell();

  std::string host_;
  std::string socket_;
  mutable std::mutex mutex_;
  State state_ = State::connecting;
  std::string said_;  ///< what it wrote to stderr
  std::vector<Waiting> waiting_;
  int turns_;
  bool has_turn_ = false;  ///< [thread]
  int stop_;               ///< an eventfd that tells the thread to end
  std::thread thread_;
};

/// A place in a shared connection; given back when it goes.
class Seat {
 public:
  /// [loop] A seat in a connection that is there or begins now. A server takes ten sessions of one
  /// connection, if nobody has told it otherwise: beyond that there is another one. Fails without a folder
  /// for sockets.
  [[nodiscard]] static sdk::Result<Seat> take(const sdk::Host& host, const Options& options);

  explicit Seat(std::shared_ptr<Master> master) : master_(std::move(master)) { ++master_->sessions; }
  Seat(Seat&& other) noexcept = default;
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (master_) --master_->sessions;
  }

  [[nodiscard]] const std::shared_ptr<Master>& master() const { return master_; }

 private:
  std::shared_ptr<Master> master_;
};

/// The folder for the sockets of a run of dream: short, as a socket's path is.
[[nodiscard]] std::string socket_folder(const std::string& session);

}  // namespace dream::ssh
