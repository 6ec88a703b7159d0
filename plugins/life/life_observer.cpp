#include "life_observer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace dream::life {

namespace {

/// Tells of the end of a life; where it goes before, though its thread goes on, of what has ended it.
class EndTeller {
 public:
  EndTeller(asio::any_io_executor executor, std::shared_ptr<LifeObserver> observer)
      : executor_(std::move(executor)), observer_(std::move(observer)) {}
  EndTeller(const EndTeller&) = delete;
  EndTeller& operator=(const EndTeller&) = delete;
  ~EndTeller() {
    const auto* thread = executor_.target<asio::io_context::executor_type>();
    if (told_ || thread == nullptr || !thread->running_in_this_thread()) return;
    observer_->on_left_behind("what it may have made there");
    observer_->on_end(Failure{DREAM_E_INTERNAL, "an error inside its executor: " + trouble_});
  }

  void tell(LifeEnd end) {
    told_ = true;
    observer_->on_end(std::move(end));
  }
  void set_trouble(std::string trouble) { trouble_ = std::move(trouble); }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<LifeObserver> observer_;
  std::string trouble_ = "it lost track of the step";
  bool told_ = false;
};

}  // namespace

void begin_life(const asio::any_io_executor& executor, std::shared_ptr<LifeObserver> observer,
                Async<LifeEnd> live) {
  const auto whole = [](std::shared_ptr<EndTeller> teller, Async<LifeEnd> life) -> Async<void> {
    try {
      LifeEnd end = co_await std::move(life);
      teller->tell(std::move(end));
    } catch (const std::exception& thrown) {
      teller->set_trouble(thrown.what());
    }
  };
  auto end_teller = std::make_shared<EndTeller>(executor, std::move(observer));
  asio::co_spawn(executor, whole(std::move(end_teller), std::move(live)), http::unawaited);
}

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
