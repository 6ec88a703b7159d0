#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

dream_status output_write(const dream_host* self, dream_run_id run, std::uint32_t stream,
                          dream_str bytes) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("output.write");
  return admitted == DREAM_OK ? host.write_output(run, stream, bytes) : admitted;
}

dream_status output_when_writable(const dream_host* self, dream_run_id run, dream_on_writable on_writable,
                                  void* context) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("output.when_writable");
  return admitted == DREAM_OK ? host.when_writable(run, on_writable, context) : admitted;
}

}  // namespace

const dream_output output_table{sizeof(dream_output), &output_write, &output_when_writable};

dream_status HostSide::write_output(dream_run_id run, std::uint32_t stream, dream_str bytes) {
  const Ticket* ticket = open_run(run, "output.write");
  if (ticket == nullptr) return DREAM_E_STALE;
  const auto known = stream_from(stream);
  if (!known)
    return refuse("output.write", DREAM_E_UNSUPPORTED, "was given a stream that isn't known", nullptr);
  return services_->write_output(ticket->step, *known, text_of(bytes)) ? DREAM_OK : DREAM_AGAIN;
}

dream_status HostSide::when_writable(dream_run_id run, dream_on_writable on_writable, void* context) {
  Ticket* ticket = open_run(run, "output.when_writable");
  if (ticket == nullptr) return DREAM_E_STALE;
  if (on_writable == nullptr) {
    return refuse("output.when_writable", DREAM_E_INVALID, "was given no function", nullptr);
  }
  services_->when_writable(ticket->step, [this, run, on_writable, context] {
    post([this, run, on_writable, context] {
      const Ticket* waiting = find(run);
      if (waiting == nullptr || waiting->over()) return;
      call_back({"on_writable", waiting->subject}, [&] { may_throw(on_writable)(context); });
    });
  });
  return DREAM_OK;
}

}  // namespace dream::plugin
