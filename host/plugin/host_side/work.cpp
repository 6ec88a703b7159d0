#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

dream_status work_run(const dream_host* self, dream_do_work do_work, dream_on_done on_done,
                      void* context) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("work.run");
  return admitted == DREAM_OK ? host.work(do_work, on_done, context) : admitted;
}

std::int32_t work_stopping(const dream_host* self) noexcept {
  return HostSide::of(self).work_stopping() ? 1 : 0;
}

}  // namespace

const dream_work work_table{sizeof(dream_work), &work_run, &work_stopping};

dream_status HostSide::work(dream_do_work do_work, dream_on_done on_done, void* context) {
  if (const auto why = detail::judge_work(do_work, on_done); !why.fine()) return refuse({"work.run"}, why);
  const std::uint64_t id = work_.add(do_work, on_done, context);
  if (id == 0) return DREAM_E_STALE;
  const Result<void> accepted = services_->run_blocking([this, id] {
    work_.perform(id);
    post([this, id] {
      for (const WorkList::Job& job : work_.take(id)) work_done(job);
    });
  });
  if (accepted) return DREAM_OK;
  static_cast<void>(work_.take(id));
  return status_of(accepted.error().code);
}

void HostSide::work_done(WorkList::Job job) {
  dream_status status = DREAM_OK;
  if (job.state == WorkList::Job::State::waiting) status = DREAM_E_STALE;
  if (job.state == WorkList::Job::State::threw) {
    calls_->fault({"do_work"}, "let an exception out, which no plugin may");
    status = DREAM_E_INTERNAL;
  }
  call_back({"on_done"}, [&] { may_throw(job.on_done)(job.context, status); });
}

bool HostSide::finish_work(Instant deadline) {
  for (const WorkList::Job& job : work_.stop()) work_done(job);
  for (const WorkList::Job& job : work_.await(deadline)) work_done(job);
  if (work_.empty()) return true;
  calls_->fault({"do_work"}, "did not return though its executor is to end; it is left behind");
  return false;
}

}  // namespace dream::plugin
