#include "base/assert.hpp"
#include "base/text.hpp"
#include "probe/kind.hpp"
#include "probe/notify_socket.hpp"

namespace dream::probe {

namespace {

class Notify : public Kind {
 public:
  explicit Notify(NotifySocket* socket) : socket_(socket) {
    DREAM_ASSERT(socket_ != nullptr);
    // Two probes of one step may have this socket: both are woken.
    socket_->changed = [this, before = std::move(socket_->changed)] {
      if (before) before();
      if (wake) wake();
    };
  }
  ~Notify() override { socket_->changed = nullptr; }
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;

  void look(Found found) override {
    if (socket_->ready()) return found({});
    std::string what = "it hasn't said READY=1 on its NOTIFY_SOCKET";
    if (!socket_->status().empty()) what += "; its status is " + in_quotes(socket_->status());
    found(not_yet(std::move(what)));
  }

  [[nodiscard]] Pace pace() const override { return when_woken; }

 private:
  NotifySocket* socket_;
};

/// Whether it has said in time that it lives.
class Watchdog : public Kind {
 public:
  explicit Watchdog(NotifySocket* socket) : socket_(socket) { DREAM_ASSERT(socket_ != nullptr); }

  void look(Found found) override {
    socket_->hear();
    found(socket_->take_life() ? Finding{}
                               : not_yet("it hasn't said WATCHDOG=1 on its NOTIFY_SOCKET in time"));
  }

 private:
  NotifySocket* socket_;
};

}  // namespace

std::unique_ptr<Kind> make_health(const NotifyProbe& /*probe*/, const Subject& subject) {
  return std::make_unique<Watchdog>(subject.notify);
}

std::unique_ptr<Kind> make(const NotifyProbe& /*probe*/, const Subject& subject) {
  return std::make_unique<Notify>(subject.notify);
}

}  // namespace dream::probe
