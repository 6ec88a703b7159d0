/// The services post, work and paths.
#include <utility>

#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

dream_status post_call(const dream_host* self, dream_on_loop on_loop, void* context) noexcept {
  return HostSide::of(self).call_on_loop(on_loop, context);
}

dream_status work_run(const dream_host* self, dream_do_work do_work, dream_on_done on_done,
                      void* context) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("work.run");
  return admitted == DREAM_OK ? host.work(do_work, on_done, context) : admitted;
}

std::int32_t work_stopping(const dream_host* self) noexcept {
  return HostSide::of(self).work_stopping() ? 1 : 0;
}

dream_status paths_state(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("paths.state");
  return admitted == DREAM_OK ? host.own_folder(&Place::state, path, errors) : admitted;
}

dream_status paths_cache(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("paths.cache");
  return admitted == DREAM_OK ? host.own_folder(&Place::cache, path, errors) : admitted;
}

dream_str paths_root(const dream_host* self) noexcept {
  return view_of(HostSide::of(self).place().root.native());
}

dream_str paths_session(const dream_host* self) noexcept {
  return view_of(HostSide::of(self).place().session);
}

}  // namespace

const dream_post post_table{sizeof(dream_post), &post_call};
const dream_work work_table{sizeof(dream_work), &work_run, &work_stopping};
const dream_paths paths_table{sizeof(dream_paths), &paths_state, &paths_cache, &paths_root, &paths_session};

dream_status HostSide::call_on_loop(dream_on_loop on_loop, void* context) {
  if (on_loop == nullptr) {
    post([this] { calls_->fault({"post.call"}, "was given no function"); });
    return DREAM_E_INVALID;
  }
  const bool posted = post([this, on_loop, context] {
    deliver([this, on_loop, context] { calls_->run({"on_loop"}, [&] { may_throw(on_loop)(context); }); });
  });
  return posted ? DREAM_OK : DREAM_E_STALE;
}

dream_status HostSide::work(dream_do_work do_work, dream_on_done on_done, void* context) {
  if (do_work == nullptr || on_done == nullptr) {
    return refuse("work.run", DREAM_E_INVALID, "was given no do_work or on_done", nullptr);
  }
  const std::uint64_t id = work_.add(do_work, on_done, context);
  if (id == 0) return DREAM_E_STALE;
  const Result<void> accepted = services_->run_blocking([this, id] {
    work_.perform(id);
    post([this, id] {
      deliver([this, id] {
        for (const WorkList::Job& job : work_.take(id)) work_done(job);
      });
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
  calls_->run({"on_done"}, [&] { may_throw(job.on_done)(job.context, status); });
}

bool HostSide::finish_work(Instant deadline) {
  for (const WorkList::Job& job : work_.stop()) work_done(job);
  for (const WorkList::Job& job : work_.await(deadline)) work_done(job);
  if (work_.empty()) return true;
  calls_->fault({"do_work"}, "did not return though its executor is to end; it is left behind");
  return false;
}

dream_status HostSide::own_folder(std::filesystem::path Place::*base, dream_str* path, dream_errors* errors) {
  if (path == nullptr) return refuse("paths", DREAM_E_INVALID, "was given no place for the path", errors);
  const std::filesystem::path& parent = (*place_).*base;
  if (parent.empty()) {
    return tell({ErrorCode::io, "there is no folder for plugins", {}, "set HOME to an absolute path"},
                errors);
  }
  const auto [folder, fresh] = folders_.try_emplace(parent.native(), (parent / calls_->plugin()).native());
  if (auto made = make_private_folder(folder->second); !made) return tell(made.error(), errors);
  *path = view_of(folder->second);
  return DREAM_OK;
}

}  // namespace dream::plugin
