#include "leftovers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

#include "api.hpp"
#include "http/complete.hpp"
#include "pod_plan.hpp"

namespace dream::kubernetes {

namespace {

/// A server that was asked for a Pod just before may come up with it only now.
constexpr int quiet_looks = 5;
constexpr std::chrono::milliseconds between_removals{100};
/// One that hangs would otherwise hold up each start of dream, which tries again.
constexpr std::chrono::seconds patience{5};

/// Whether something was found.
Async<Result<bool>> remove_found(Api& api, std::string selector) {
  bool found = false;
  for (const char* kind : {"pods", "services", "secrets"}) {
    const Result<std::vector<std::string>> names = co_await api.list(kind, selector, patience);
    // Who may not list Secrets has made none, or has to remove it otherwise.
    const bool forbidden = !names && names.failure().message.find("forbidden") != std::string::npos;
    if (forbidden && kind != std::string_view("pods")) continue;
    if (!names) co_return names.failure();
    for (const std::string& name : *names) {
      const Result<void> removed = co_await api.remove(kind, name, 0);
      if (!removed) co_return removed.failure();
      found = true;
    }
  }
  co_return found;
}

Async<Result<void>> remove_all(Api& api, std::string session) {
  const std::string selector = std::string(run_label) + "=" + session;
  for (int quiet = 0; quiet < quiet_looks; ++quiet) {
    const Result<bool> found = co_await remove_found(api, selector);
    if (!found) co_return found.failure();
    if (*found) quiet = -1;
    asio::steady_timer pause(api.executor(), between_removals);
    co_await pause.async_wait(answered);
  }
  co_return Result<void>();
}

}  // namespace

Result<void> remove_all_of(const std::string& session, const Access& access,
                           std::chrono::milliseconds limit) {
  asio::io_context context(1);
  Api api(context.get_executor(), std::make_shared<Login>(context.get_executor(), access));
  std::optional<Result<void>> result = http::complete(context, remove_all(api, session), limit);
  if (result) return *std::move(result);
  return Failure{DREAM_E_FAILED, "the API server takes too long to delete Pods", "", access.endpoint.address};
}

}  // namespace dream::kubernetes
