#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"

namespace dream::runtime {

/// A few threads for functions that block, started when they are needed.
class WorkerPool {
 public:
  static constexpr std::size_t most_threads = 16;

  WorkerPool();
  /// Drops what waits, and waits for the threads that have nothing to do. One that is still in a function is
  /// left behind: then the process must end without its static objects being destroyed.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Calls `function`, which must not throw, on a thread of the pool, at once or when one is free. An Error:
  /// the system gives no thread.
  Result<void> run(std::function<void()> function);

  /// How many functions are running.
  [[nodiscard]] std::size_t busy() const;

 private:
  struct State;
  struct Worker;
  static void serve(const std::shared_ptr<State>& state, Worker& worker);
  [[nodiscard]] Result<void> add_thread();

  std::shared_ptr<State> state_;  ///< shared with the threads, one of which may outlive the pool
};

}  // namespace dream::runtime
