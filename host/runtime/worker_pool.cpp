#include "runtime/worker_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace dream::runtime {

struct WorkerPool::Worker {
  std::thread thread;
  bool busy = false;
};

struct WorkerPool::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> waiting;
  std::deque<Worker> workers;  ///< their addresses stay
  std::size_t busy = 0;
  bool closing = false;
};

WorkerPool::WorkerPool() : state_(std::make_shared<State>()) {}

WorkerPool::~WorkerPool() {
  std::deque<std::function<void()>> dropped;  // destroyed without the lock: what they hold may be anything
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  dropped.swap(state_->waiting);
  state_->changed.notify_all();
  std::vector<std::thread*> idle;
  for (Worker& worker : state_->workers) {
    if (worker.busy) {
      worker.thread.detach();
    } else {
      idle.push_back(&worker.thread);
    }
  }
  lock.unlock();
  for (std::thread* thread : idle) thread->join();
}

Result<void> WorkerPool::run(std::function<void()> function) {
  const std::scoped_lock lock(state_->mutex);
  const std::size_t free_threads = state_->workers.size() - state_->busy;
  if (free_threads <= state_->waiting.size() && state_->workers.size() < most_threads) {
    Result<void> added = add_thread();
    if (!added && state_->workers.empty()) return added;
  }
  state_->waiting.push_back(std::move(function));
  state_->changed.notify_one();
  return {};
}

/// The mutex is held. Signals are the loop's: the thread starts with all of them blocked.
Result<void> WorkerPool::add_thread() {
  sigset_t all;
  sigset_t previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &previous);
  Worker& worker = state_->workers.emplace_back();
  Result<void> result;
  try {
    worker.thread = std::thread([state = state_, &worker] { serve(state, worker); });
  } catch (const std::system_error& failure) {
    state_->workers.pop_back();
    result = Error{ErrorCode::io, std::string("no thread can be started: ") + failure.what(), {}, {}};
  }
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  return result;
}

void WorkerPool::serve(const std::shared_ptr<State>& state, Worker& worker) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->closing || !state->waiting.empty(); });
    if (state->closing) return;
    std::function<void()> function = std::move(state->waiting.front());
    state->waiting.pop_front();
    worker.busy = true;
    ++state->busy;
    lock.unlock();
    function();
    function = {};
    lock.lock();
    worker.busy = false;
    --state->busy;
  }
}

std::size_t WorkerPool::busy() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->busy;
}

}  // namespace dream::runtime
