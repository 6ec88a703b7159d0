#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <thread>

#include "asio.hpp"

namespace dream::http {

/// The thread that speaks to engines, from its first use to its destruction, which drops what still goes on.
class EngineThread {
 public:
  EngineThread() = default;
  ~EngineThread() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  [[nodiscard]] asio::any_io_executor executor() {
    if (!thread_.joinable()) start();
    return context_.get_executor();
  }

 private:
  void start() {
    // Signals are the host's business: its own threads get them.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { context_.run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace dream::http
