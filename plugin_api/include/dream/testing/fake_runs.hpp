/// What a FakeHost knows of the runs of a plugin, and what it refuses because of that.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "../detail/judge.hpp"
#include "../dream.h"
#include "fake_loop.hpp"
#include "fake_values.hpp"

namespace dream::testing {

/// The runs, and the judgements on calls that are about them.
class FakeRuns : public FakeLoop {
 public:
  /// What the plugin called wrongly. One without a fault leaves this empty.
  [[nodiscard]] std::vector<FakeRefusal> refusals() const {
    const std::scoped_lock lock(mutex_);
    return refusals_;
  }

  // ---- their driver tells of them

  /// The number of a new run, whose task has these flags.
  [[nodiscard]] dream_run_id open_run(std::uint32_t flags = 0) {
    const dream_run_id id = next_handle();
    const std::scoped_lock lock(mutex_);
    runs_[id].flags = flags;
    return id;
  }
  /// Its start has failed: nothing of it is called back any more.
  void close_run(dream_run_id run) {
    const std::scoped_lock lock(mutex_);
    runs_[run].life = detail::Life::over;
  }
  /// [any thread] The plugin has told its end. What is wrong with that is one of the refusals.
  detail::Judgement end_run(dream_run_id run, const char* function = "on_exit") {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(run);
    const bool known = found != runs_.end();
    const detail::Judgement judgement = known ? detail::judge_end(found->second.life, found->second.children)
                                              : detail::judge_end(detail::Life::unknown, 0);
    if (!judgement.fine()) refusals_.push_back({function, judgement});
    if (known) found->second.life = detail::Life::over;
    return judgement;
  }

  /// Forgets the runs that are over, and what was refused.
  void forget() {
    const std::scoped_lock lock(mutex_);
    std::erase_if(runs_, [](const auto& run) { return run.second.life == detail::Life::over; });
    refusals_.clear();
    ready_.clear();
  }
  /// Those that said so as they should.
  [[nodiscard]] const std::vector<dream_run_id>& ready_runs() const { return ready_; }

 protected:
  ~FakeRuns() = default;

  /// One sequence for runs, children and timers, so that none is taken for another.
  [[nodiscard]] std::uint64_t next_handle() {
    const std::scoped_lock lock(mutex_);
    return ++last_handle_;
  }
  [[nodiscard]] detail::Life run_life(dream_run_id run) const {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(run);
    return found == runs_.end() ? detail::Life::unknown : found->second.life;
  }
  /// The run says that it is ready. To say so wrongly is one of the refusals.
  void become_ready(dream_run_id run) {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(run);
    const Known known = found == runs_.end() ? Known{detail::Life::unknown} : found->second;
    const detail::Judgement judgement =
        detail::judge_ready(known.life, (known.flags & DREAM_TASK_TELL_READY) != 0, known.ready, true);
    if (judgement.fine()) {
      found->second.ready = true;
      ready_.push_back(run);
    } else {
      refusals_.push_back({"ready", judgement});
    }
  }
  /// A run whose start said DREAM_STARTING runs now. What it has said before that was too early.
  void become_started(dream_run_id run) {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(run);
    const Known known = found == runs_.end() ? Known{detail::Life::unknown} : found->second;
    if (const auto there = detail::judge_run(known.life); !there.fine()) {
      refusals_.push_back({"started", there});
    } else if (known.ready) {
      refusals_.push_back({"ready", detail::judge_ready(known.life, true, false, false)});
    }
  }
  void child_began(dream_run_id run) {
    const std::scoped_lock lock(mutex_);
    ++runs_[run].children;
  }
  void child_ended(dream_run_id run) {
    const std::scoped_lock lock(mutex_);
    --runs_[run].children;
  }

  void refuse(const char* function, detail::Judgement why) {
    const std::scoped_lock lock(mutex_);
    refusals_.push_back({function, why});
  }
  /// Of a [loop] function: the thread first, for what `judge` looks at is the loop's.
  template <class Judge>
  [[nodiscard]] dream_status admit(const char* function, dream_errors* errors, Judge judge) {
    if (const auto thread = detail::judge_thread(on_loop()); !thread.fine()) {
      refuse(function, thread);
      return thread.code();
    }
    const detail::Judgement judgement = judge();
    if (judgement.fine()) return DREAM_OK;
    refuse(function, judgement);
    if (errors == nullptr) return judgement.code();
    const std::string message =
        std::string("the plugin called ") + function + " wrongly: it " + judgement.what;
    return errors->fail(errors, judgement.code(), {nullptr, 0}, {message.data(), message.size()},
                        DREAM_STR("tell the author of the plugin"));
  }
  [[nodiscard]] dream_status admit(const char* function) {
    return admit(function, nullptr, [] { return detail::Judgement{}; });
  }

 private:
  struct Known {
    detail::Life life = detail::Life::open;
    std::size_t children = 0;  ///< that live
    std::uint32_t flags = 0;
    bool ready = false;
  };

  std::uint64_t last_handle_ = 0;
  std::map<dream_run_id, Known> runs_;
  std::vector<FakeRefusal> refusals_;
  std::vector<dream_run_id> ready_;
};

}  // namespace dream::testing
