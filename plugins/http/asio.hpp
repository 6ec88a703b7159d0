#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <exception>

namespace dream::http {

namespace asio = boost::asio;
using boost::system::error_code;

template <class Value>
using Async = asio::awaitable<Value>;

/// Operations answer with their error_code first; nothing throws.
inline constexpr auto answered = asio::as_tuple(asio::use_awaitable);

/// For a coroutine that nobody waits for: what it throws all the same is thrown by whoever runs its context.
inline constexpr auto unawaited = [](const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
};

}  // namespace dream::http
