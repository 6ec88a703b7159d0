#include "probe/http_request.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

class Http : public Kind {
 public:
  Http(HttpProbe probe, Subject subject) : probe_(std::move(probe)), subject_(std::move(subject)) {}

  void look(Found found) override {
    request_ = std::make_unique<HttpRequest>(
        subject_.context, subject_.clock, probe_, HttpRequest::Limits{},
        [this, found = std::move(found)](const std::string& why) {
          const Found tell = found;  // a next try may replace the request, and this with it
          if (why.empty()) return tell({});
          tell(not_yet(probe_.url + " " + why));
        });
  }

  [[nodiscard]] std::string awaited() const override { return probe_.url + " hasn't answered yet"; }

 private:
  HttpProbe probe_;
  Subject subject_;
  std::unique_ptr<HttpRequest> request_;
};

}  // namespace

std::unique_ptr<Kind> make(const HttpProbe& probe, const Subject& subject) {
  return std::make_unique<Http>(probe, subject);
}

}  // namespace dream::probe
