#include "context_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <optional>
#include <utility>

namespace dream::docker {

namespace {

using sdk::Result;

// Functions and no closures: what they need lives in their own frames. Asio could hand on only a result that
// can be made from nothing.
Async<void> list_there(BuildContext& context, std::optional<Result<void>>& listed) {
  listed = context.list();
  co_return;
}

Async<void> read_there(BuildContext& context, std::optional<Result<std::string>>& piece) {
  piece = context.next();
  co_return;
}

}  // namespace

Async<Result<void>> ContextReader::list() {
  std::optional<Result<void>> listed;
  co_await asio::co_spawn(thread_, list_there(context_, listed), asio::use_awaitable);
  co_return *std::move(listed);
}

Async<Result<std::string>> ContextReader::next() {
  std::optional<Result<std::string>> piece;
  co_await asio::co_spawn(thread_, read_there(context_, piece), asio::use_awaitable);
  co_return *std::move(piece);
}

}  // namespace dream::docker
