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

std::string_view subject_of(const Ticket* ticket) {
  return ticket == nullptr ? std::string_view() : std::string_view(ticket->subject);
}

}  // namespace

const dream_output output_table{sizeof(dream_output), &output_write, &output_when_writable};

dream_status HostSide::write_output(dream_run_id run, std::uint32_t stream, dream_str bytes) {
  const Ticket* ticket = find(run);
  if (const auto why = detail::judge_output(life_of(ticket), stream, bytes); !why.fine()) {
    return refuse({"output.write", subject_of(ticket)}, why);
  }
  return services_->write_output(ticket->step, *stream_from(stream), text_of(bytes)) ? DREAM_OK : DREAM_AGAIN;
}

dream_status HostSide::when_writable(dream_run_id run, dream_on_writable on_writable, void* context) {
  const Ticket* ticket = find(run);
  if (const auto why = detail::judge_when_writable(life_of(ticket), on_writable); !why.fine()) {
    return refuse({"output.when_writable", subject_of(ticket)}, why);
  }
  services_->when_writable(ticket->step, [this, run, on_writable, context] {
    if (!may_call_back()) return;
    const Ticket* waiting = find(run);
    if (waiting == nullptr || waiting->over()) return;
    call_back({"on_writable", waiting->subject}, [&] { may_throw(on_writable)(context); });
  });
  return DREAM_OK;
}

}  // namespace dream::plugin
