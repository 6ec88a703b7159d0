#include "connection.hpp"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "deadline.hpp"
#include "failures.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not everywhere in unistd.h

namespace dream::docker {

namespace {

constexpr std::chrono::seconds open_limit{10};

error_code last_error() {
  return {errno, boost::system::system_category()};
}

/// Lets the files of `tls` be used; the message names the one that can't be.
Result<void> load(asio::ssl::context& context, const TlsFiles& tls) {
  error_code error;
  const auto failed = [&](const std::string& file) {
    return Failure{DREAM_E_FAILED, "the TLS file can't be used: " + error.message(), "", file};
  };
  if (tls.verify && tls.authority.empty()) context.set_default_verify_paths(error);
  if (tls.verify && !tls.authority.empty()) context.load_verify_file(tls.authority, error);
  if (error) return failed(tls.authority);
  if (!tls.certificate.empty()) context.use_certificate_chain_file(tls.certificate, error);
  if (error) return failed(tls.certificate);
  if (!tls.key.empty()) context.use_private_key_file(tls.key, asio::ssl::context::pem, error);
  if (error) return failed(tls.key);
  return {};
}

}  // namespace

Connection::~Connection() {
  close();
  if (program_ > 0) {
    ::kill(program_, SIGKILL);
    ::waitpid(program_, nullptr, 0);
  }
  if (complaints_ >= 0) ::close(complaints_);
}

void Connection::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  resolver_.cancel();
}

void Connection::finish_writing() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

Async<Result<void>> Connection::open(const Endpoint& endpoint) {
  const Deadline limit(socket_.get_executor(), open_limit, [this] { close(); });
  Result<void> opened = co_await open_socket(endpoint);
  if (limit.late()) co_return unreachable(endpoint, asio::error::timed_out);
  co_return opened;
}

Async<Result<void>> Connection::open_socket(const Endpoint& endpoint) {
  error_code error;
  switch (endpoint.kind) {
    case Endpoint::Kind::local:
      error = co_await connect_local(endpoint.path);
      break;
    case Endpoint::Kind::tcp:
      error = co_await connect_tcp(endpoint.host, endpoint.port);
      break;
    case Endpoint::Kind::program:
      error = spawn(endpoint.command);
      break;
  }
  if (error) co_return unreachable(endpoint, error);
  if (!endpoint.tls) co_return Result<void>();
  co_return co_await secure(endpoint);
}

Async<error_code> Connection::connect_local(const std::string& path) {
  const asio::local::stream_protocol::endpoint peer(path);
  const auto [error] = co_await socket_.async_connect(peer, answered);
  co_return error;
}

Async<error_code> Connection::connect_tcp(const std::string& host, const std::string& port) {
  const auto [failure, found] = co_await resolver_.async_resolve(host, port, answered);
  if (failure) co_return failure;
  error_code error = asio::error::host_not_found;
  for (const auto& entry : found) {
    if (closed_) co_return asio::error::operation_aborted;
    error_code ignored;
    socket_.close(ignored);
    const asio::ip::tcp::endpoint peer = entry.endpoint();
    std::tie(error) = co_await socket_.async_connect(peer, answered);
    if (!error) break;
  }
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  co_return error;
}

Async<Result<void>> Connection::secure(const Endpoint& endpoint) {
  tls_context_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  if (Result<void> loaded = load(*tls_context_, *endpoint.tls); !loaded) co_return loaded.failure();
  tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *tls_context_);
  error_code error;
  if (endpoint.tls->verify) {
    tls_->set_verify_mode(asio::ssl::verify_peer, error);
    tls_->set_verify_callback(asio::ssl::host_name_verification(endpoint.host), error);
  }
  ::SSL_set_tlsext_host_name(tls_->native_handle(), endpoint.host.c_str());
  std::tie(error) = co_await tls_->async_handshake(asio::ssl::stream_base::client, answered);
  if (!error) co_return Result<void>();
  co_return Failure{DREAM_E_FAILED, "no TLS connection to the engine: " + error.message(),
                    "ca.pem, cert.pem and key.pem are searched in DOCKER_CERT_PATH, or else in ~/.docker",
                    endpoint.address};
}

/// Starts the program with one end of a socket pair as its standard input and output. It gets a process group
/// of its own, so that a Ctrl-C on the terminal doesn't cut the connection that the end is told through.
error_code Connection::spawn(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return last_error();
  complaints_ = ::memfd_create("complaints", MFD_CLOEXEC);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));  // as exec has it
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, complaints_, STDERR_FILENO);
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const int failure = ::posix_spawnp(&program_, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(ends[1]);
  error_code error(failure, boost::system::system_category());
  if (failure == 0) socket_.assign(asio::generic::stream_protocol(AF_UNIX, 0), ends[0], error);
  if (error) {
    ::close(ends[0]);
    if (failure != 0) program_ = 0;
  }
  return error;
}

std::string Connection::complaint() const {
  std::string text(4096, '\0');
  const ssize_t size = complaints_ < 0 ? 0 : ::pread(complaints_, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

Async<Moved> Connection::read_some(asio::mutable_buffer buffer) {
  if (closed_) co_return Moved{asio::error::operation_aborted};
  if (tls_ == nullptr) {
    const auto [error, bytes] = co_await socket_.async_read_some(buffer, answered);
    co_return Moved{error, bytes};
  }
  const auto [error, bytes] = co_await tls_->async_read_some(buffer, answered);
  // Not everybody says goodbye; HTTP knows by itself whether something is missing.
  if (error == asio::ssl::error::stream_truncated) co_return Moved{asio::error::eof, bytes};
  co_return Moved{error, bytes};
}

Async<error_code> Connection::write(asio::const_buffer bytes) {
  if (closed_) co_return asio::error::operation_aborted;
  if (tls_ == nullptr) {
    const auto [error, written] = co_await asio::async_write(socket_, bytes, answered);
    co_return error;
  }
  const auto [error, written] = co_await asio::async_write(*tls_, bytes, answered);
  co_return error;
}

}  // namespace dream::docker
