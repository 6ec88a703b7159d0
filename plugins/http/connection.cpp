#include "connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/error.hpp>
#include <cerrno>
#include <tuple>

#include "tls_library.hpp"

namespace dream::http {

namespace {

constexpr std::chrono::seconds open_limit{10};

std::string why(const error_code& error, bool is_encrypted) {
  return is_encrypted ? "the key is encrypted; dream asks for no passphrase" : error.message();
}

Result<void> load_texts(asio::ssl::context& context, const TlsFiles& tls, const bool& is_encrypted) {
  error_code error;
  const auto failed = [&](const char* what) {
    return Failure{DREAM_E_FAILED,
                   std::string("the ") + what + " can't be used: " + why(error, is_encrypted)};
  };
  if (tls.verify && !tls.authority_text.empty())
    context.add_certificate_authority(asio::buffer(tls.authority_text), error);
  if (error) return failed("certificate of the authority");
  if (!tls.certificate_text.empty()) context.use_certificate_chain(asio::buffer(tls.certificate_text), error);
  if (error) return failed("certificate of the client");
  if (!tls.key_text.empty())
    context.use_private_key(asio::buffer(tls.key_text), asio::ssl::context::pem, error);
  if (error) return failed("key of the client");
  return {};
}

/// Lets the files of `tls` be used; the message names the one that can't be.
Result<void> load(asio::ssl::context& context, const TlsFiles& tls) {
  error_code error;
  // OpenSSL itself would ask on the terminal, and wait.
  const auto is_encrypted = std::make_shared<bool>(false);
  const auto no_passphrase = [is_encrypted](std::size_t, asio::ssl::context::password_purpose) {
    *is_encrypted = true;
    return std::string();
  };
  context.set_password_callback(no_passphrase, error);
  const auto failed = [&](const std::string& file) {
    return Failure{DREAM_E_FAILED, "the TLS file can't be used: " + why(error, *is_encrypted), "", file};
  };
  const bool own_authority = !tls.authority.empty() || !tls.authority_text.empty();
  if (tls.verify && !own_authority) context.set_default_verify_paths(error);
  if (tls.verify && !tls.authority.empty()) context.load_verify_file(tls.authority, error);
  if (error) return failed(tls.authority);
  if (!tls.certificate.empty()) context.use_certificate_chain_file(tls.certificate, error);
  if (error) return failed(tls.certificate);
  if (!tls.key.empty()) context.use_private_key_file(tls.key, asio::ssl::context::pem, error);
  if (error) return failed(tls.key);
  return load_texts(context, tls, *is_encrypted);
}

/// A container may run for days without a byte. When the other machine is gone, or the way to it, this end is
/// told so after a minute: it asks after 15 s of silence, and then up to three times.
error_code notice_a_lost_peer(int socket) {
  constexpr int silence_s = 15;
  constexpr int questions = 3;
  constexpr int unanswered_ms = silence_s * (questions + 1) * 1000;
  struct Option {
    int level, name, value;
  };
  constexpr std::array<Option, 6> options{{{IPPROTO_TCP, TCP_NODELAY, 1},
                                           {SOL_SOCKET, SO_KEEPALIVE, 1},
                                           {IPPROTO_TCP, TCP_KEEPIDLE, silence_s},
                                           {IPPROTO_TCP, TCP_KEEPINTVL, silence_s},
                                           {IPPROTO_TCP, TCP_KEEPCNT, questions},
                                           {IPPROTO_TCP, TCP_USER_TIMEOUT, unanswered_ms}}};
  for (const auto& [level, name, value] : options) {
    if (::setsockopt(socket, level, name, &value, sizeof(value)) != 0) {
      return {errno, boost::system::system_category()};
    }
  }
  return {};
}

}  // namespace

void Connection::close() {
  closed_ = true;
  stream_.close();
  lookup_.cancel();
}

void Connection::finish_writing() {
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

void Connection::expires_after(Limit limit) {
  if (limit) {
    stream_.expires_after(*limit);
  } else {
    stream_.expires_never();
  }
}

error_code Connection::known(const error_code& error) {
  if (error == boost::beast::error::timeout) return asio::error::timed_out;
  // Not everybody says goodbye; HTTP knows by itself whether something is missing.
  if (error == asio::ssl::error::stream_truncated) return asio::error::eof;
  return error;
}

void Connection::begin_reading(const asio::mutable_buffer& buffer, Done done) {
  auto known_done = [done = std::move(done)](const error_code& error, std::size_t bytes) {
    done(known(error), bytes);
  };
  if (tls_ != nullptr) {
    tls_->async_read_some(buffer, std::move(known_done));
  } else {
    stream_.async_read_some(buffer, std::move(known_done));
  }
}

void Connection::begin_writing(const std::vector<asio::const_buffer>& bytes, Done done) {
  auto known_done = [done = std::move(done)](const error_code& error, std::size_t written) {
    done(known(error), written);
  };
  if (tls_ != nullptr) {
    tls_->async_write_some(bytes, std::move(known_done));
  } else {
    stream_.async_write_some(bytes, std::move(known_done));
  }
}

Async<Result<void>> Connection::open(const Endpoint& endpoint, Limit limit) {
  limit = std::min<std::chrono::milliseconds>(open_limit, limit.value_or(open_limit));
  expires_after(limit);
  Result<void> opened = co_await open_socket(endpoint, limit);
  if (opened && closed_) co_return words_.unreachable(endpoint, asio::error::operation_aborted, {});
  expires_after({});
  co_return opened;
}

Async<Result<void>> Connection::open_socket(const Endpoint& endpoint, Limit limit) {
  error_code error;
  switch (endpoint.kind) {
    case Endpoint::Kind::local:
      error = co_await connect_local(endpoint.path);
      break;
    case Endpoint::Kind::tcp:
      error = co_await connect_tcp(endpoint, limit);
      break;
    case Endpoint::Kind::program:
      error = start(endpoint.command);
      break;
  }
  if (error) co_return words_.unreachable(endpoint, known(error), {});
  if (!endpoint.tls) co_return Result<void>();
  co_return co_await secure(endpoint);
}

Async<error_code> Connection::connect_local(const std::string& path) {
  const Stream::endpoint_type peer = asio::local::stream_protocol::endpoint(path);
  const auto [error] = co_await stream_.async_connect(peer, answered);
  co_return error;
}

Async<std::pair<error_code, plugins::Endpoints>> Connection::find(const Endpoint& endpoint, Limit limit) {
  if (auto known = plugins::known_endpoints(endpoint.host, endpoint.port))
    co_return std::pair(error_code(), *std::move(known));
  const auto begin = [&](auto done) {
    lookup_.begin(
        endpoint.host, endpoint.port, limit,
        [kept = std::make_shared<decltype(done)>(std::move(done))](
            const error_code& error, const plugins::Endpoints& found) { std::move (*kept)(error, found); });
  };
  auto [error, found] =
      co_await asio::async_initiate<decltype(answered), void(error_code, plugins::Endpoints)>(begin,
                                                                                              answered);
  co_return std::pair(error, std::move(found));
}

Async<error_code> Connection::connect_tcp(const Endpoint& endpoint, Limit limit) {
  if (closed_) co_return asio::error::operation_aborted;
  const auto [failure, found] = co_await find(endpoint, limit);
  if (failure) co_return failure;
  error_code error = asio::error::host_not_found;
  for (const asio::ip::tcp::endpoint& address : found) {
    if (closed_) co_return asio::error::operation_aborted;
    error_code ignored;
    stream_.socket().close(ignored);
    const Stream::endpoint_type peer = address;
    std::tie(error) = co_await stream_.async_connect(peer, answered);
    if (!error) co_return notice_a_lost_peer(native_handle());
    if (error == boost::beast::error::timeout) break;
  }
  co_return error;
}

Async<Result<void>> Connection::secure(const Endpoint& endpoint) {
  if (Result<void> there = load_tls_library(words_); !there) co_return there.failure();
  tls_context_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  if (Result<void> loaded = load(*tls_context_, *endpoint.tls); !loaded) co_return loaded.failure();
  tls_ = std::make_unique<asio::ssl::stream<Stream&>>(stream_, *tls_context_);
  error_code error;
  const std::string& name = endpoint.tls->name.empty() ? endpoint.host : endpoint.tls->name;
  if (endpoint.tls->verify) {
    tls_->set_verify_mode(asio::ssl::verify_peer, error);
    tls_->set_verify_callback(asio::ssl::host_name_verification(name), error);
  }
  ::SSL_set_tlsext_host_name(tls_->native_handle(), name.c_str());
  std::tie(error) = co_await tls_->async_handshake(asio::ssl::stream_base::client, answered);
  if (!error) co_return Result<void>();
  co_return Failure{DREAM_E_FAILED,
                    "no TLS connection to " + std::string(words_.engine) + ": " + known(error).message(),
                    std::string(words_.tls_files), endpoint.address};
}

}  // namespace dream::http
