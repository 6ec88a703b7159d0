#include "plugin/work_list.hpp"

#include <algorithm>

#include "plugin/calls.hpp"

namespace dream::plugin {

std::uint64_t WorkList::add(dream_do_work do_work, dream_on_done on_done, void* context) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return 0;
  jobs_[++last_] = {do_work, on_done, context};
  return last_;
}

void WorkList::perform(std::uint64_t id) {
  std::unique_lock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second;  // nobody takes a running job out
  job.state = Job::State::running;
  lock.unlock();
  bool threw = false;
  try {
    may_throw(job.do_work)(job.context);
  } catch (...) {
    threw = true;
  }
  lock.lock();
  job.state = threw ? Job::State::threw : Job::State::done;
  returned_.notify_all();
}

std::vector<WorkList::Job> WorkList::take(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto job = jobs_.extract(id);
  if (job.empty()) return {};
  return {job.mapped()};
}

std::vector<WorkList::Job> WorkList::extract_if(bool (*wanted)(Job::State)) {
  std::vector<Job> taken;
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    if (!wanted(at->second.state)) {
      ++at;
      continue;
    }
    taken.push_back(at->second);
    at = jobs_.erase(at);
  }
  return taken;
}

std::vector<WorkList::Job> WorkList::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  return extract_if([](Job::State state) { return state == Job::State::waiting; });
}

std::vector<WorkList::Job> WorkList::await(Instant deadline) {
  std::unique_lock lock(mutex_);
  returned_.wait_until(lock, deadline, [this] {
    return std::none_of(jobs_.begin(), jobs_.end(),
                        [](const auto& job) { return job.second.state == Job::State::running; });
  });
  return extract_if([](Job::State state) { return state != Job::State::running; });
}

bool WorkList::empty() const {
  const std::scoped_lock lock(mutex_);
  return jobs_.empty();
}

}  // namespace dream::plugin
