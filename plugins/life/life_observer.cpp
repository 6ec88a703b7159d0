#include "life_observer.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

namespace dream::life {

Async<void> write_output(LifeObserver& observer, asio::any_io_executor executor, std::vector<Piece> pieces) {
  const auto initiate = [&observer, executor](auto handler, std::vector<Piece>&& written) {
    const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
    observer.on_output(std::move(written),
                       [kept, executor] { asio::post(executor, [kept] { std::move (*kept)(); }); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable,
                                                                     std::move(pieces));
}

}  // namespace dream::life
