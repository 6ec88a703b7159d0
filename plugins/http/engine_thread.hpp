#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "asio.hpp"
#include "endpoint.hpp"
#include "shared/start_thread.hpp"

namespace dream::http {

/// The thread that speaks to engines, from its first use to its destruction, which drops what still goes on.
class EngineThread {
 public:
  /// Is told, on this thread, what was thrown there: it goes on with what else there is to do.
  using OnThrown = std::function<void(const std::string&)>;

  explicit EngineThread(OnThrown on_thrown) : on_thrown_(std::move(on_thrown)) {}
  ~EngineThread() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

  /// A Failure: the system has no thread for it.
  [[nodiscard]] Result<asio::any_io_executor> executor() {
    if (thread_.joinable()) return asio::any_io_executor(context_.get_executor());
    if (const std::error_code error = plugins::start_thread(thread_, [this] { run(); })) {
      return Failure{DREAM_E_FAILED, "no thread can be started: " + error.message()};
    }
    return asio::any_io_executor(context_.get_executor());
  }

 private:
  void run() {
    while (!context_.stopped()) {
      try {
        context_.run();
      } catch (const std::exception& thrown) {
        on_thrown_(thrown.what());
      }
    }
  }

  OnThrown on_thrown_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace dream::http
