#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "asio.hpp"

namespace dream::http {

/// Runs `context`, which nobody else runs, until `coroutine` has come to its end, and returns what it did;
/// nothing when that takes longer than `limit`: then the coroutine goes with the context.
template <class Value>
[[nodiscard]] std::optional<Value> complete(
    asio::io_context& context, Async<Value> coroutine,
    std::chrono::steady_clock::duration limit = std::chrono::minutes(1)) {
  const auto result = std::make_shared<std::optional<Value>>();
  const auto keep = [](Async<Value> whole, std::shared_ptr<std::optional<Value>> place) -> Async<void> {
    place->emplace(co_await std::move(whole));
  };
  asio::co_spawn(context, keep(std::move(coroutine), result), unawaited);
  context.restart();
  context.run_for(limit);
  return std::move(*result);
}

}  // namespace dream::http
