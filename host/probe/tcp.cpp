#include <fmt/format.h>

#include "probe/connect.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

class Tcp : public Kind {
 public:
  Tcp(TcpProbe probe, Subject subject) : probe_(std::move(probe)), subject_(std::move(subject)) {}

  void look(Found found) override {
    connection_ = std::make_unique<Connection>(
        subject_.context, subject_.clock, probe_.host, probe_.port, Connected::at_once,
        [this, found = std::move(found)](const std::string& why) {
          const Found tell = found;  // a next try may replace the connection, and this with it
          if (why.empty()) return tell({});
          tell(not_yet(fmt::format("no connection to {}: {}", address(), why)));
        });
  }

  [[nodiscard]] std::string awaited() const override { return address() + " hasn't answered yet"; }

 private:
  [[nodiscard]] std::string address() const {
    const bool bare = probe_.host.find(':') == std::string::npos;
    return bare ? fmt::format("{}:{}", probe_.host, probe_.port)
                : fmt::format("[{}]:{}", probe_.host, probe_.port);
  }

  TcpProbe probe_;
  Subject subject_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Kind> make(const TcpProbe& probe, const Subject& subject) {
  return std::make_unique<Tcp>(probe, subject);
}

}  // namespace dream::probe
