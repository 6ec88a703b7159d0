#pragma once

#include <dream/host/work.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "base/time.hpp"

namespace dream::plugin {

/// The blocking work of one executor, from the wish to the report: a worker thread does it, the loop takes
/// it out when it is done.
class WorkList {
 public:
  struct Job {
    enum class State : std::uint8_t { waiting, running, done, threw };

    dream_do_work do_work = nullptr;
    dream_on_done on_done = nullptr;
    void* context = nullptr;
    State state = State::waiting;
  };

  /// [loop] 0: the executor is about to go, nothing is taken any more.
  std::uint64_t add(dream_do_work do_work, dream_on_done on_done, void* context);

  /// [worker] Does it, unless it was given back before.
  void perform(std::uint64_t id);

  /// [loop] What perform() has done with it; empty when somebody took it before.
  [[nodiscard]] std::vector<Job> take(std::uint64_t id);

  /// [loop] No more is taken, and whoever works should return. Gives all the jobs that have not begun.
  [[nodiscard]] std::vector<Job> stop();

  /// [loop] Waits until nothing runs any more, at most to the deadline; gives all that is done.
  [[nodiscard]] std::vector<Job> await(Instant deadline);

  /// [loop] Nothing is waited for, running, or not yet taken.
  [[nodiscard]] bool empty() const;

  /// [any thread]
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  std::vector<Job> extract_if(bool (*wanted)(Job::State));

  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::map<std::uint64_t, Job> jobs_;
  std::uint64_t last_ = 0;
  std::atomic<bool> stopping_ = false;
};

}  // namespace dream::plugin
