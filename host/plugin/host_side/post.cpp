#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

dream_status post_call(const dream_host* self, dream_on_loop on_loop, void* context) noexcept {
  return HostSide::of(self).call_on_loop(on_loop, context);
}

}  // namespace

const dream_post post_table{sizeof(dream_post), &post_call};

dream_status HostSide::call_on_loop(dream_on_loop on_loop, void* context) {
  if (const auto why = detail::judge_post(on_loop); !why.fine()) {
    post_fault("post.call", why.what);
    return why.code();
  }
  const bool posted =
      post([this, on_loop, context] { call_back({"on_loop"}, [&] { may_throw(on_loop)(context); }); });
  return posted ? DREAM_OK : DREAM_E_STALE;
}

}  // namespace dream::plugin
