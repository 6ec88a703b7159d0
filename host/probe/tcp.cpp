#include <fmt/format.h>

#include "probe/connect.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

class Tcp : public Kind {
 public:
  Tcp(TcpProbe probe, boost::asio::io_context& context) : probe_(std::move(probe)), context_(context) {}

  void look(Found found) override {
    connection_ = std::make_unique<Connection>(
        context_, probe_.host, probe_.port, Connected::at_once,
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
  boost::asio::io_context& context_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Kind> make(const TcpProbe& probe, const Subject& subject) {
  return std::make_unique<Tcp>(probe, subject.context);
}

}  // namespace dream::probe
